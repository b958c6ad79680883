from __future__ import annotations

import os
import pickle
import tracemalloc
from collections import OrderedDict, defaultdict
from pathlib import Path

import numpy as np
import pytest
from raw_writers import Bomb, python2_pickle
from scipy import sparse

from rgrl.datasets import restricted_unpickler
from rgrl.datasets.restricted_unpickler import load_pickle
from rgrl.datasets.sparse_parts import SparseParts
from rgrl.errors import DataError, DataUnavailableError, UnsafeDataError


def test_reads_what_the_files_hold(tmp_path: Path) -> None:
    matrix = sparse.csr_matrix(np.array([[0, 1.5], [2, 0]], dtype=np.float64))
    held = {
        "array": np.arange(6, dtype=">i4").reshape(2, 3),
        "matrix": matrix,
        "graph": defaultdict(list, {0: [1]}),
    }
    for name, content in (("old", python2_pickle(held)), ("new", pickle.dumps(held, protocol=4))):
        path = tmp_path / name
        path.write_bytes(content)
        found = load_pickle(path)
        assert np.array_equal(found["array"], held["array"])
        assert isinstance(found["matrix"], SparseParts)
        assert (found["matrix"].to_csr() != matrix).nnz == 0
        assert found["graph"] == {0: [1]}


def test_runs_nothing_from_a_malicious_file(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "ind.cora.x"
    for protocol in (0, 2, 4):
        path.write_bytes(pickle.dumps([1, Bomb(trace)], protocol=protocol))
        with pytest.raises(UnsafeDataError, match=r"ind\.cora\.x asks for '(pathlib|__builtin__|builtins)\."):
            load_pickle(path)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Bomb(trace)))
    assert trace.exists(), "the bomb is a real one"


@pytest.mark.parametrize(
    "asked", [os.system, eval, getattr, OrderedDict, np.load, sparse.dia_matrix, np.recarray, np.frombuffer]
)
def test_refuses_every_other_name(asked: object, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps(asked, protocol=2))
    with pytest.raises(UnsafeDataError, match="may name only"):
        load_pickle(path)


def test_refuses_damaged_files(tmp_path: Path) -> None:
    path = tmp_path / "file"
    whole = python2_pickle([np.arange(50), {"a": [1, 2]}])
    for cut in (0, 1, 2, 20, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(DataError, match="is damaged or no pickled data file"):
            load_pickle(path)
    for junk in (b"<!doctype html>", b"\x80\x09.", b"\x80\x02}K\x01.", b"\x80\x02P1\n."):
        path.write_bytes(junk)
        try:
            held = load_pickle(path)
        except DataError:
            continue
        assert held == 1  # a well-formed number is no harm


def test_a_few_bytes_cannot_ask_for_much_memory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for index in (2**20, 2**32 - 1):  # None, kept under that number
        path.write_bytes(b"\x80\x02Nr" + index.to_bytes(4, "little") + b".")
        tracemalloc.start()
        try:
            assert load_pickle(path) is None
            assert tracemalloc.get_traced_memory()[1] < 2**20
        finally:
            tracemalloc.stop()


def test_refuses_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(pickle.dumps([0] * 100))
    assert load_pickle(path) == [0] * 100
    with pytest.raises(DataError, match="at most 60"):
        load_pickle(path, max_bytes=60)
    monkeypatch.setattr(restricted_unpickler, "MAX_PICKLE_BYTES", 50)
    with pytest.raises(DataError, match="at most 50"):
        load_pickle(path)
    assert load_pickle(path, max_bytes=1000) == [0] * 100


def test_a_file_that_may_not_be_read_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "imdb.pkl"
    path.write_bytes(pickle.dumps([1]))

    def denied(*args: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(DataUnavailableError, match=r"imdb\.pkl cannot be read: Permission denied$"):
        load_pickle(path)
