from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rgrl.datasets.arrival import arriving
from rgrl.datasets.raw_file import RawFile
from rgrl.errors import DataError, DataUnavailableError


def test_a_good_file_comes_in_whole(tmp_path: Path) -> None:
    file = RawFile("f.bin", sha256=hashlib.sha256(b"good").hexdigest())
    with arriving(file, tmp_path / "new") as stream:
        stream.write(b"good")
        assert not (tmp_path / "new" / "f.bin").exists()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["f.bin"]
    assert (tmp_path / "new" / "f.bin").read_bytes() == b"good"


def test_a_wrong_file_is_kept_aside(tmp_path: Path) -> None:
    expected, found = hashlib.sha256(b"good").hexdigest(), hashlib.sha256(b"evil").hexdigest()
    with (
        pytest.raises(DataError, match=f"SHA-256 is {found}, expected {expected}; it was kept aside as"),
        arriving(RawFile("f.bin", sha256=expected), tmp_path) as stream,
    ):
        stream.write(b"evil")
    assert [path.name for path in tmp_path.iterdir()] == ["f.bin.rejected"]
    assert (tmp_path / "f.bin.rejected").read_bytes() == b"evil"


def test_an_interrupted_file_leaves_nothing_and_spares_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "f.bin").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), arriving(RawFile("f.bin"), tmp_path) as stream:
        stream.write(b"half")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["f.bin"]
    assert (tmp_path / "f.bin").read_bytes() == b"old"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(DataUnavailableError, match=r"cannot write '.*/file/raw': .*; set RGRL_CACHE"),
        arriving(RawFile("f.bin"), tmp_path / "file" / "raw"),
    ):
        pass
