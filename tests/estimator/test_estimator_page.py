from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "estimator.md"


def test_the_blocks_of_the_page_run_from_top_to_bottom() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 11
    found: dict[str, Any] = {}
    exec("\n".join(blocks), found)
    assert found["embedding"].shape == (34, 256)
    assert found["frame"].index[-1] == "newcomer"
    assert set(found["by_age"]) <= {0, 1}
    assert found["alike"].shape == (1, 5)
    assert found["plane"].shape == (34, 2)
    assert found["sides"].shape == (34,)
    assert set(found["sides"]) == {0, 1}
