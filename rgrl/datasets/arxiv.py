"""The raw file of ogbn-arxiv, `arxiv.zip`."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import IndexArrays, RawGraph
from rgrl.datasets.splits import NUM_SPLITS
from rgrl.datasets.zip_members import ZipMembers
from rgrl.errors import DataError

_RAW = "arxiv/raw"
_SPLIT = "arxiv/split/time"


def read_arxiv(path: Path) -> RawGraph:
    """Read ogbn-arxiv as OGB publishes it, without the `ogb` package and its prompts and look-ups.

    Of `arxiv/raw` it reads `edge`, `node-feat`, `node-label`, `num-node-list` and `num-edge-list`, of
    `arxiv/split/time` the three index files; the publication years are left unread. A citation counts in both
    directions.

    Args:
        path: The zip file.

    Returns:
        The graph with the public split, which is also each of the protocol's twenty: they differ only in the
        probe's random numbers.

    Raises:
        DataError: The file is damaged or has another form.
    """
    with ZipMembers(path, "OGB's form") as members:
        x = _table(members, f"{_RAW}/node-feat.csv.gz", np.float32)
        labels = _column(members, f"{_RAW}/node-label.csv.gz")
        edges = _table(members, f"{_RAW}/edge.csv.gz", np.int64)
        for name, found in (("num-node-list", x), ("num-edge-list", edges)):
            told = _column(members, f"{_RAW}/{name}.csv.gz").tolist()
            if told != [len(found)]:
                raise DataError(f"{name} says {told}, but there are {len(found)} rows")
        if edges.shape[1] != 2:
            raise DataError(f"edge has {edges.shape[1]} columns; source and target are expected")
        split: IndexArrays = (
            _column(members, f"{_SPLIT}/train.csv.gz"),
            _column(members, f"{_SPLIT}/valid.csv.gz"),
            _column(members, f"{_SPLIT}/test.csv.gz"),
        )
        return RawGraph(
            x=x,
            edge_index=undirected_edges(edges[:, 0], edges[:, 1], len(x)),
            y=labels,
            public_split=split,
            splits=(split,) * NUM_SPLITS,
        )


def _column(members: ZipMembers, name: str) -> npt.NDArray[np.int64]:
    table = _table(members, name, np.int64)
    if table.shape[1] != 1:
        raise DataError(f"'{name}' has {table.shape[1]} columns; one is expected")
    return table[:, 0]


def _table(members: ZipMembers, name: str, dtype: Any) -> npt.NDArray[Any]:
    content = members.read_gzip(name)
    if not content.strip():
        raise DataError(f"'{name}' is empty")
    lines = TextIOWrapper(BytesIO(content), encoding="ascii")
    try:
        return np.loadtxt(lines, dtype=dtype, delimiter=",", ndmin=2, comments=None)
    except ValueError as error:
        raise DataError(f"'{name}': {error}") from error
