from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "images.md"


def test_the_examples_of_the_page_run(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("kornia")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 2
    exec("\n".join(blocks), {})
    assert re.search(
        r"^10 .*\nknn: accuracy@20 0\.\d+ \(1 repetition\)\n$", capsys.readouterr().out, flags=re.M
    )
