"""Small files in exactly the published raw formats, and a stand-in for the network."""

from __future__ import annotations

import pickle
import struct
from collections import defaultdict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse


class Python2Pickler(pickle._Pickler):  # type: ignore[name-defined, misc]
    """Writes protocol 2 as Python 2 did: byte strings and text alike as BINSTRING."""

    dispatch = pickle._Pickler.dispatch.copy()  # type: ignore[attr-defined]

    def _save_string(self, value: bytes | str) -> None:
        content = value.encode("latin1") if isinstance(value, str) else value
        self.write(b"T" + struct.pack("<i", len(content)) + content)
        self.memoize(value)

    dispatch[bytes] = _save_string
    dispatch[str] = _save_string


def python2_pickle(value: Any) -> bytes:
    """Pickle as the old files were, module names included."""
    stream = BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    content = stream.getvalue()
    for new, old in (
        ("numpy._core.multiarray", "numpy.core.multiarray"),
        ("scipy.sparse._csr", "scipy.sparse.csr"),
    ):
        content = content.replace(f"c{new}\n".encode(), f"c{old}\n".encode())
    return content


def write_planetoid(folder: Path, name: str, *, gap: bool, seed: int = 0) -> dict[str, Path]:
    """Write the eight files of a graph of 520 + 12 nodes; with `gap`, two test ids are left out."""
    draw = np.random.default_rng(seed)
    known, last = 520, 532
    test = draw.permutation([i for i in range(known, last) if not (gap and i in (523, 528))])
    total, train = known + test.size, 9

    def features(rows: int) -> sparse.csr_matrix:
        return sparse.csr_matrix(
            draw.random((rows, 11)).round(2) * (draw.random((rows, 11)) < 0.3), dtype=np.float32
        )

    labels = np.eye(3, dtype=np.int32)[draw.integers(0, 3, total)]
    graph: dict[int, list[int]] = defaultdict(list)
    for a, b in draw.integers(0, last, (900, 2)).tolist():
        graph[a].append(b)
        graph[b].append(a)  # a self-loop stands twice, and some edges are drawn twice
    allx = features(known)
    parts = {
        "x": allx[:train],
        "tx": features(test.size),
        "allx": allx,
        "y": labels[:train],
        "ty": labels[known:],
        "ally": labels[:known],
        "graph": graph,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for part, value in parts.items():
        (folder / f"ind.{name}.{part}").write_bytes(python2_pickle(value))
    (folder / f"ind.{name}.test.index").write_text("".join(f"{i}\n" for i in test), encoding="ascii")
    return {path.name: path for path in folder.iterdir()}


def npz_arrays(seed: int = 0) -> dict[str, np.ndarray]:
    """Return the arrays of one gnn-benchmark file: one-way edges, a self-loop, counts above 1 as features."""
    draw = np.random.default_rng(seed)
    adj = sparse.random(40, 40, density=0.05, format="csr", dtype=np.float32, rng=draw)
    adj = (adj + sparse.csr_matrix(([1.0], ([3], [3])), shape=(40, 40))).tocsr().astype(np.float32)
    attr = sparse.csr_matrix(draw.poisson(0.4, (40, 13)).astype(np.float32))
    arrays = {}
    for prefix, matrix in (("adj", adj), ("attr", attr)):
        arrays[f"{prefix}_data"] = matrix.data
        arrays[f"{prefix}_indices"] = matrix.indices
        arrays[f"{prefix}_indptr"] = matrix.indptr
        arrays[f"{prefix}_shape"] = np.array(matrix.shape)
    return {**arrays, "labels": draw.integers(0, 4, 40)}


def multiplex_arrays() -> dict[str, Any]:
    """Return DMGI's keys for 12 nodes: A has a one-way edge and a self-loop, B shares an edge with it."""
    a, b = np.zeros((12, 12)), np.zeros((12, 12))
    a[0, 1] = a[2, 5] = a[5, 2] = a[7, 7] = 1
    b[0, 1] = b[1, 0] = b[3, 4] = b[4, 3] = 2
    draw = np.random.default_rng(0)
    return {
        "feature": draw.poisson(0.5, (12, 5)).astype(np.float64),
        "label": np.eye(3, dtype=np.int64)[np.arange(12) % 3],
        "A": a,
        "B": b,
        "train_idx": np.array([[3, 0, 1]]),
        "val_idx": np.array([[2, 4]]),
        "test_idx": np.array([[11, 5, 6, 7, 8, 9, 10]]),
    }


class Bomb:
    """An object whose pickle writes a file when it is loaded carelessly."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.write_text, (self.trace, "it ran")


class Response(BytesIO):
    """A body with headers."""

    def __init__(self, body: bytes, headers: dict[str, str]) -> None:
        super().__init__(body)
        self.headers = headers


class FakeNetwork:
    """Stands in for `urlopen`: serves bytes by address, raises what it is told, and counts the calls."""

    def __init__(self, answers: dict[str, bytes | Exception]) -> None:
        self.answers = answers
        self.calls: list[str] = []
        self.length: int | None = -1

    def __call__(self, request: Any, timeout: float) -> Any:
        assert timeout > 0
        self.calls.append(request.full_url)
        answer = self.answers.get(request.full_url, OSError("network is down"))
        if isinstance(answer, Exception):
            raise answer
        length = len(answer) if self.length == -1 else self.length
        return Response(answer, {} if length is None else {"Content-Length": str(length)})
