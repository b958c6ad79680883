from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "plots.md"


@pytest.mark.slow
def test_the_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 7
    exec("\n".join(blocks), {})
    assert len(list(tmp_path.glob("*.png"))) == 6
    printed = re.fullmatch(r"(\d+\.\d\d) -> (\d+\.\d\d) nats\n", capsys.readouterr().out)
    assert printed is not None and float(printed[2]) < float(printed[1])


def test_every_picture_of_the_page_is_there_and_small() -> None:
    names = re.findall(r"!\[[^]]+\]\((images/[^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert len(names) == 5
    for name in names:
        assert 0 < (PAGE.parent / name).stat().st_size < 150_000
