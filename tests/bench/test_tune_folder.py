"""The command ``tune``: its trials lie in the folder that was named."""

from __future__ import annotations

import pytest

pytest.importorskip("optuna")


@pytest.mark.parametrize("name", ["a%20b", "a b", "100%", "a#b", "ä"])
def test_a_folders_name_stands_for_itself(bench, tmp_path, name):
    (tmp_path / "a b").mkdir()
    code, _, err = bench("tune", "karate", "--trials", 1, "--epochs", 1, "--out", tmp_path / name)
    assert code == 0, err
    assert [path.parent.name for path in tmp_path.glob("*/tune.sqlite3")] == [name]
