from __future__ import annotations

from pathlib import Path

import pytest

from rgrl.datasets.edge_files import read_edges
from rgrl.datasets.table_files import read_table
from rgrl.errors import DataError


def test_names_the_first_line_that_is_not_in_utf8(tmp_path: Path) -> None:
    # Longer than what is decoded at once, so that the place in the error is not that in the file.
    lines = ["ann bob\n"] * 5000 + ["ann jürg\n"] + ["ann bob\n"] * 5000
    path = tmp_path / "g.txt"
    path.write_text("".join(lines), encoding="latin-1")
    with pytest.raises(
        DataError, match=r"g\.txt: line 5001 is not in UTF-8 \(byte 0xfc\); save it as UTF-8$"
    ):
        read_edges(path, {"ann": 0, "bob": 1})
    path = tmp_path / "t.csv"
    path.write_text("id,größe\nann,1\n", encoding="utf-16")
    with pytest.raises(DataError, match=r"t\.csv: line 1 is not in UTF-8 \(byte 0xff\); save it as UTF-8$"):
        read_table(path)
