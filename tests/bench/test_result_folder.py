from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from rgrl.bench.result_folder import ResultFolder
from rgrl.errors import OutputError


@pytest.fixture
def folder(tmp_path: Path) -> ResultFolder:
    return ResultFolder(tmp_path)


def lines(folder: ResultFolder) -> list[object]:
    return [json.loads(line) for line in folder.results.read_text().splitlines()]


def test_a_result_follows_what_is_there(folder):
    folder.append({"a": 1})
    folder.append({"b": 2})
    assert lines(folder) == [{"a": 1}, {"b": 2}]


def test_a_result_begins_a_line_of_its_own_after_an_unfinished_one(folder):
    folder.results.write_text('{"a": 1}\n{"cut')
    folder.append({"b": 2})
    assert folder.results.read_text() == '{"a": 1}\n{"cut\n{"b": 2}\n'


def test_a_system_that_writes_in_pieces_is_asked_again(folder, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    folder.append({"number": list(range(20))})
    assert lines(folder) == [{"number": list(range(20))}]


def test_a_disk_that_fills_up_halfway_leaves_the_file_as_it_was(folder, monkeypatch):
    folder.append({"a": 1})
    write = os.write
    pieces = iter([7])

    def fill(descriptor: int, data: bytes) -> int:
        for size in pieces:
            return write(descriptor, data[:size])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(OutputError, match=r"results\.jsonl cannot be written: No space left on device"):
        folder.append({"b": list(range(20))})
    assert folder.results.read_text() == '{"a": 1}\n'
