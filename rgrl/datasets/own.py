"""A graph of the user's own, as a dataset."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
import torch

from rgrl.datasets.dataset import Dataset
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.edge_files import EDGE_ENDINGS, read_edges, read_named_edges
from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.npz import read_npz
from rgrl.datasets.own_safetensors import read_own_safetensors
from rgrl.datasets.raw_graph import RawGraph
from rgrl.datasets.registry import DATASETS
from rgrl.datasets.split import Split
from rgrl.datasets.splits import MIN_NODES, random_splits
from rgrl.datasets.table_files import TABLE_ENDINGS, read_table
from rgrl.errors import ConfigError, DataError, DataUnavailableError, RGRLError
from rgrl.graph.graph import Graph
from rgrl.graph.structural_features import FeatureKind, structural_features

logger = logging.getLogger(__name__)

_WHOLE = (".npz", ".safetensors")
GRAPH_ENDINGS = (*_WHOLE, *EDGE_ENDINGS)
_KINDS = ", ".join(map(repr, get_args(FeatureKind)))


def is_own(name: str | Path) -> bool:
    """Say whether a name is a file's: it is no registry name, and has a folder, a known ending or a file."""
    path = Path(name)
    if str(name).strip().lower() in DATASETS:
        return False
    return path.name != str(name) or path.suffix.lower() in GRAPH_ENDINGS or path.is_file()


def load_own(path: str | Path, *, features: str | Path | None = None) -> Dataset:
    r"""Load a graph of your own from a file.

    - `.safetensors`, `.npz`: `x` `[N, F]`, `edge_index` `[2, E]`, `y` `[N]` if there are labels, and
      `train_mask`, `val_mask` and `test_mask`, bool `[N]` or `[N, S]`, in the place of random splits.
    - `.npz`: or gnn-benchmark's keys, of which `labels` may be absent; features stay as they are.
    - `.graphml`, `.edgelist`, `.txt`, `.csv`, `.tsv`: edges between node ids, and beside them a table of
      features. Its first column is the node's id, a column `label` its class, each other column a numeric
      feature. Nodes have the order of its rows.

    Edges become undirected and lose their weights, self-loops and duplicates, as those of every dataset here.
    An edge of weight 0 is none. A node whose label is -1, or empty in the table, has no label: it is in no
    split, and a warning counts such nodes.

    Args:
        path: The graph.
        features: The table for a file of edges, `.csv`, `.tsv` or `.parquet` (needs
            `pip install 'rgrl[tables]'`); `<stem>.features.csv`, or else `.tsv` or `.parquet`, beside the
            graph when None. Or `"degree"`, `"identity"` or `"positional"`: made of the edges
            (`rgrl.graph.structural_features`), in the place of the graph's own. A table beside a file of
            edges then names nodes and classes; it needs no features, and without one the nodes have the
            order in which the file first names them.

    Returns:
        The dataset, named after the file without its ending; `labels` is None where there are none, `splits`
        is empty for fewer than 10 nodes, of those with a label if there are any, and where a mask has none of
        these; `node_ids` are those of a file of edges.

    Raises:
        ConfigError: Another ending, or a table for a file that holds its own features.
        DataUnavailableError: The graph or its table does not exist or cannot be read.
        MissingExtraError: A parquet table without pandas and pyarrow.
        DataError: A file is damaged, or its parts do not make a graph.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = Path(folder.name, "trio.edgelist")
        >>> _ = path.write_text("ann bob\nbob eve\n")
        >>> _ = path.with_name("trio.features.csv").write_text("id,age\nann,30\nbob,40\neve,50\n")
        >>> load_own(path).graph.edge_index.tolist()
        [[0, 1, 1, 2], [1, 0, 2, 1]]
    """
    path = Path(path)
    ending = path.suffix.lower()
    known = _published_as(path)
    if ending not in GRAPH_ENDINGS:
        hint = f"; put it at <root>/{known}/raw/ and name the dataset '{known}'" if known else ""
        raise ConfigError(f"graph {path}: accepted endings are {', '.join(GRAPH_ENDINGS)}{hint}")
    if not path.is_file():
        raise DataUnavailableError(f"graph {path} does not exist")
    kind = features if features in get_args(FeatureKind) else None
    _require_usable(path, features, made=kind is not None)
    if known is not None:
        logger.warning(
            "%s has the name of the published file of '%s' and is read as a graph of your own: features are "
            "not binarised; name the dataset '%s' for the benchmark's graph",
            *(path, known, known),
        )
    try:
        raw, ids = _read(path, features, made=kind is not None)
        if kind is None:
            return _dataset(path, raw, ids)
        bare = Graph.from_edge_index(raw.edge_index, x=np.ones((raw.num_nodes, 1), dtype=np.float32))
        made = structural_features(str(kind), bare)
        return replace(_dataset(path, replace(raw, x=made), ids), feature_kind=str(kind))
    except RGRLError:
        raise
    except OSError as error:
        raise DataUnavailableError(f"graph {path} cannot be read: {error.strerror or error}") from error


def _require_usable(path: Path, features: str | Path | None, *, made: bool) -> None:
    if features is None or made:
        return
    if path.suffix.lower() in _WHOLE:
        raise ConfigError(
            f"features is {features}, but {path} holds its own: a table goes with a file of edges, "
            f"accepted here are {_KINDS}"
        )
    if Path(features).suffix.lower() not in TABLE_ENDINGS:
        endings = " or ".join(TABLE_ENDINGS)
        raise ConfigError(f"features is {features}: accepted are {_KINDS}, or a table ({endings})")


def _published_as(path: Path) -> str | None:
    """Return the registry's dataset that has a raw file of this name."""
    for spec in DATASETS.values():
        if any(file.name == path.name for file in spec.files):
            return spec.name
    return None


def _read(path: Path, features: str | Path | None, *, made: bool) -> tuple[RawGraph, tuple[str, ...] | None]:
    """Read a graph and the ids of its nodes; features that are made later may be absent."""
    ending = path.suffix.lower()
    if ending == ".npz":
        return read_npz(path, own=True), None
    if ending == ".safetensors":
        return read_own_safetensors(path), None
    beside = tables_beside(path)
    found = (
        next((table for table in beside if table.is_file()), None) if made or features is None else features
    )
    if found is None and made:
        ids, edges = read_named_edges(path)
        return RawGraph(x=np.empty((len(ids), 0), dtype=np.float32), edge_index=edges, y=None), ids
    if found is None:
        expected = " or ".join(table.name for table in beside)
        raise DataUnavailableError(
            f"graph {path} has no features: put {expected} beside it, name a table, or have them made of the "
            f"edges by naming one of {_KINDS}"
        )
    table = read_table(Path(found))
    if not table.columns and not made:
        raise DataError(
            f"{found} has no column of features beside the node's id; at least one is needed, or one of "
            f"{_KINDS}, made of the edges"
        )
    edges = read_edges(path, table.node_of)
    raw = RawGraph(x=table.x, edge_index=edges, y=table.classes, partly_labelled=True)
    return raw, tuple(table.ids)


def _dataset(path: Path, raw: RawGraph, ids: tuple[str, ...] | None) -> Dataset:
    name, n = path.stem, raw.num_nodes
    y = None if raw.y is None or (raw.y < 0).all() else raw.y
    try:
        graph = Graph.from_edge_index(torch.from_numpy(raw.edge_index), x=raw.x, y=y, num_nodes=n)
        own = tuple(Split(*parts, num_nodes=n) for parts in raw.splits)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    known = np.arange(n) if y is None else np.flatnonzero(y >= 0)
    drawn = not own and known.size >= MIN_NODES
    splits = random_splits(n, among=known) if drawn else _among(own, known)
    if known.size < n:
        none = (
            "a mask has no others: there are no splits" if own else f"splits need {MIN_NODES} that have one"
        )
        logger.warning(
            "%s: %d of %d nodes have no label (-1, or an empty cell); %s",
            *(path, n - known.size, n, "no split has them" if splits else none),
        )
    found = fingerprint(raw.x, raw.edge_index, y)
    if own:  # results are found by the digest, and other masks give other results
        found = replace(found, digest=_with_splits(found.digest, own))
    if ids is not None and ids != tuple(map(str, range(n))):  # stored embeddings hold the ids
        found = replace(found, digest=_with_ids(found.digest, ids))
    return Dataset(
        name=name,
        graph=graph,
        labels=graph.y,
        splits=splits,
        public_split=splits[0] if len(splits) == 1 else None,
        fingerprint=found,
        spec=DatasetSpec(
            name=name,
            title=name,
            task="node classification",
            num_nodes=n,
            num_edges=found.num_edges,
            num_features=found.num_features,
            num_classes=found.num_classes,
            reader="own",
            num_isolated=found.num_isolated,
            digest=found.digest,
        ),
        node_ids=ids,
    )


def _among(splits: Sequence[Split], known: npt.NDArray[np.int64]) -> tuple[Split, ...]:
    """The splits without all nodes but those known; no split where this leaves a part empty."""
    parts = [
        tuple(part[np.isin(part, known)] for part in (split.train, split.val, split.test)) for split in splits
    ]
    if any(part.size == 0 for each in parts for part in each):
        return ()
    return tuple(Split(train, val, test, num_nodes=splits[0].num_nodes) for train, val, test in parts)


def _with_splits(digest: str, splits: Sequence[Split]) -> str:
    content = hashlib.sha256(digest.encode())
    for split in splits:
        for part in (split.train, split.val, split.test):
            content.update(b"%d," % part.size + part.tobytes())
    return content.hexdigest()


def _with_ids(digest: str, ids: Sequence[str]) -> str:
    content = hashlib.sha256(digest.encode())
    for name in ids:
        code = name.encode()
        content.update(b"%d," % len(code) + code)
    return content.hexdigest()


def tables_beside(path: Path) -> list[Path]:
    """The tables that would be the graph's by their name, the first that is there before the others."""
    return [path.with_name(f"{path.stem}.features{ending}") for ending in TABLE_ENDINGS]
