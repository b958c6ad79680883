from __future__ import annotations

import errno
import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from rgrl.bench.result import SCHEMA, schema_of
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.bench.stored_results import read_results
from rgrl.errors import OutputError
from rgrl.evaluate import save_embeddings

KEY = RunKey("mine", "d" * 64, "raw", None)


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


def result(key: RunKey = KEY, **changes: Any) -> dict[str, Any]:
    return {
        "schema": schema_of("link"),
        "dataset": key.dataset,
        "method": key.method,
        "task": "link",
        "seeds": 1,
        "config": {},
        "config_hash": key.config_hash,
        "fingerprint": {"digest": key.digest},
        "metrics": {},
        "runs": [],
        **changes,
    }


def test_damaged_lines_are_passed_over_and_counted(folder, caplog):
    folder.append(result())
    with folder.results.open("ab") as file:
        file.write(b'\n{"method": "x"}\n[1]\n{"schema": 2, "meth\n\xff\xfe\n')
    folder.append(result(seeds=2))
    assert [each["seeds"] for each in read_results(folder.results)] == [1, 2]
    assert "4 lines are no results, the first is line 3" in caplog.text
    caplog.clear()
    assert folder.find(KEY, "link", seeds=2)["seeds"] == 2
    assert caplog.text == ""


def test_a_result_of_another_schema_graph_or_setting_is_not_found(folder):
    folder.append(result(schema=schema_of("link") - 1))
    folder.append(result(fingerprint={"digest": "another"}))
    folder.append(result(config_hash="another"))
    folder.append(result(task="clustering"))
    assert folder.find(KEY, "link", seeds=1) is None
    folder.append(result())
    assert folder.find(KEY, "link", seeds=1) == result()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"digest": "an', b"\xff", b'{"digest": "another"}', b"[" * 10**5]
)
def test_a_record_that_is_damaged_or_of_another_graph_is_none(folder, content, caplog):
    folder.keep_record(KEY, 0, {"seconds": 1.0})
    assert folder.record(KEY, 0)["seconds"] == 1.0
    (path,) = (folder.path / "seeds").glob("*.json")
    path.write_bytes(content)
    assert caplog.text == ""
    assert folder.record(KEY, 0) is None
    told = f"trained again, for {path} is damaged or cut short" in caplog.text
    assert told == (b"another" not in content), "of another graph it is none, and not damaged"


def test_a_record_of_another_schema_is_none(folder, monkeypatch):
    folder.keep_record(KEY, 0, {})
    monkeypatch.setattr("rgrl.bench.result_folder.SCHEMA", SCHEMA + 1)
    assert folder.record(KEY, 0) is None


def test_a_record_that_cannot_be_written_leaves_nothing_behind(folder, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"seed0\.json cannot be written: No space left on device"):
        folder.keep_record(KEY, 0, {})
    assert list((folder.path / "seeds").iterdir()) == []


def test_an_embedding_counts_if_it_is_whole_and_of_this_graph(folder, caplog):
    assert not folder.holds_embedding(KEY, 0)
    path = folder.embedding(KEY, 0)
    save_embeddings(path, torch.ones(3, 2), fingerprint=KEY.digest)
    assert folder.holds_embedding(KEY, 0)
    save_embeddings(path, torch.ones(3, 2), fingerprint="another")
    assert not folder.holds_embedding(KEY, 0)
    path.write_bytes(path.read_bytes()[:40])
    assert not folder.holds_embedding(KEY, 0)
    assert "damaged or cut short" in caplog.text


def test_graphs_of_ones_own_with_one_name_have_files_of_their_own():
    assert KEY.file_stem(0) != RunKey("mine", "e" * 64, "raw", None).file_stem(0)


def test_what_is_forgotten_is_trained_anew(folder):
    for seed in range(3):
        folder.keep_record(KEY, seed, {})
    folder.forget(KEY, seeds=2)
    assert [folder.record(KEY, seed) is None for seed in range(3)] == [True, True, False]


def test_who_wants_a_seed_that_another_is_at_waits_for_it(folder, caplog):
    order = []

    def other() -> None:
        with ResultFolder(folder.path).claimed(KEY, 0):
            order.append(folder.record(KEY, 0))

    thread = threading.Thread(target=other)
    with caplog.at_level(logging.WARNING), folder.claimed(KEY, 0), folder.claimed(KEY, 1):
        thread.start()
        while "another process is at this seed" not in caplog.text:
            assert thread.is_alive()
        folder.keep_record(KEY, 0, {"seconds": 3.0})
    thread.join(10)
    assert [record["seconds"] for record in order] == [3.0]


def test_who_trains_nothing_says_nothing_of_a_damaged_record(folder, caplog):
    assert folder.record(KEY, 0) is None
    folder.keep_record(KEY, 0, {})
    (path,) = (folder.path / "seeds").glob("*.json")
    path.write_text("garbage")
    assert folder.record(KEY, 0, level=logging.DEBUG) is None
    assert caplog.text == ""
