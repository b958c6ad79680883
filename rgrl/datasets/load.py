"""Loading of a dataset by its name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from rgrl.datasets.arxiv import read_arxiv
from rgrl.datasets.dataset import Dataset
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.download import ProgressCallback
from rgrl.datasets.embedded import read_embedded
from rgrl.datasets.fingerprint import Fingerprint, fingerprint
from rgrl.datasets.linqs import read_cora_linqs
from rgrl.datasets.multiplex import read_multiplex
from rgrl.datasets.npz import read_npz
from rgrl.datasets.own import is_own, load_own
from rgrl.datasets.planetoid import read_planetoid
from rgrl.datasets.ppi import read_ppi
from rgrl.datasets.raw_graph import RawGraph
from rgrl.datasets.reddit import read_reddit
from rgrl.datasets.registry import find_spec
from rgrl.datasets.source_files import SourceFiles
from rgrl.datasets.sources import locate
from rgrl.datasets.split import Split
from rgrl.datasets.splits import random_splits
from rgrl.datasets.wikics import read_wikics
from rgrl.errors import ConfigError, DataError
from rgrl.graph.graph import Graph
from rgrl.graph.induced_subgraph import induced_subgraph

logger = logging.getLogger(__name__)

# Readers of datasets that are published as a single file.
_ONE_FILE: dict[str, Callable[[Path], RawGraph]] = {
    "npz": read_npz,
    "wikics": read_wikics,
    "arxiv": read_arxiv,
    "reddit": read_reddit,
    "ppi": read_ppi,
}


def load_dataset(
    name: str | Path,
    *,
    root: Path | None = None,
    download: bool = True,
    progress: ProgressCallback | None = None,
    features: str | Path | None = None,
) -> Dataset:
    """Load one dataset of the registry, fetching its raw files where they are missing, or a graph of yours.

    Args:
        name: Registry name in any case, such as `Cora` or `karate`; or the path of a graph of your own, which
            `load_own` reads with `features`, and to which the other arguments do not apply.
        root: Folder that is searched first, in the layout `<dataset>/raw/<published file name>`; the
            environment variable `RGRL_DATA` when None.
        download: Whether the network may be used.
        progress: Called with a file's name, the bytes done and the bytes in all (None where unknown).
        features: Of a graph of your own: its table, or a kind to make of the edges, see `load_own`.

    Returns:
        The dataset, with its fingerprint held against the registry.

    Raises:
        ConfigError: Unknown dataset, `root` is no folder, or `features` for one that has its own.
        DataUnavailableError: Its files could not be found or fetched.
        MissingExtraError: A table of yours needs a package that is not installed.
        UnsafeDataError: A file names anything but plain data.
        DataError: A file is altered or damaged, or the graph is not the expected one.

    Example:
        >>> load_dataset("karate").fingerprint.num_edges
        156
    """
    if is_own(name):
        return load_own(name, features=features)
    spec = find_spec(str(name))
    if features is not None:
        raise ConfigError(
            f"features is {features}: {spec.name} has its own, only graphs of yours take others"
        )
    raw = read_raw(spec, root=root, download=download, progress=progress)
    require_relations(spec, raw.relations)
    found = fingerprint(raw.x, raw.edge_index, raw.y, raw.relations)
    require_expected(spec, found)
    graph = graph_of(raw)
    public, published = splits_of(raw)
    return Dataset(
        name=spec.name,
        graph=graph,
        labels=torch.from_numpy(raw.y) if raw.multi_label else graph.y,
        splits=published or random_splits(raw.num_nodes),
        public_split=public,
        fingerprint=found,
        spec=spec,
        train_graph=induced_subgraph(graph, published[0].train) if raw.inductive else None,
        relations={name: relation_of(graph, edges) for name, edges in raw.relations.items()},
        graph_of_node=None if raw.graph_of_node is None else torch.from_numpy(raw.graph_of_node),
    )


def read_raw(
    spec: DatasetSpec,
    *,
    root: Path | None = None,
    download: bool = True,
    progress: ProgressCallback | None = None,
) -> RawGraph:
    """Read a dataset's features, edges and labels; arguments and errors as `load_dataset`."""
    if spec.reader == "embedded":
        return read_embedded(spec.name)
    return read_files(spec, locate(spec, root=root, fetch=download, progress=progress))


def read_files(spec: DatasetSpec, files: SourceFiles) -> RawGraph:
    """Read raw files with the reader that they need."""
    if files.reader == "planetoid":
        return read_planetoid(files.paths, spec.name)
    if files.reader == "linqs":
        return read_cora_linqs(files.paths["cora.content"], files.paths["cora.cites"])
    path = files.paths[spec.files[0].name]
    if files.reader == "multiplex":
        return read_multiplex(path, [name for name, _ in spec.relations])
    return _ONE_FILE[files.reader](path)


def graph_of(raw: RawGraph) -> Graph:
    """Plan the graph that was read."""
    y = None if raw.multi_label else raw.y
    return Graph.from_edge_index(torch.from_numpy(raw.edge_index), x=raw.x, y=y, num_nodes=raw.num_nodes)


def splits_of(raw: RawGraph) -> tuple[Split | None, tuple[Split, ...]]:
    """Check the public split and the published splits of the protocol, which may be that one many times."""
    public = None if raw.public_split is None else Split(*raw.public_split, num_nodes=raw.num_nodes)
    return public, tuple(
        public if public is not None and parts is raw.public_split else Split(*parts, num_nodes=raw.num_nodes)
        for parts in raw.splits
    )


def relation_of(graph: Graph, edge_index: npt.NDArray[np.int64]) -> Graph:
    """Plan one relation over the nodes of a graph; features and labels are the graph's own, not copies."""
    nothing = np.zeros((graph.num_nodes, 1), dtype=np.float32)
    return replace(Graph.from_edge_index(edge_index, x=nothing), x=graph.x, y=graph.y)


def require_relations(spec: DatasetSpec, relations: Mapping[str, npt.NDArray[np.int64]]) -> None:
    """Refuse relations with another number of edges than the registry knows.

    Raises:
        DataError: Names every relation that differs.
    """
    wrong = [
        f"{name} has {relations[name].shape[1]} directed edges (expected {known})"
        for name, known in spec.relations
        if known not in (None, relations[name].shape[1])
    ]
    if wrong:
        raise DataError(f"dataset '{spec.name}' is not the expected graph: {', '.join(wrong)}")


def require_expected(spec: DatasetSpec, found: Fingerprint) -> None:
    """Refuse a graph that differs from what the registry knows of it.

    No checksum of the multiplex datasets' files is published, and the registry's digest is that of a copy in
    another form. One that has every count right and another digest is taken with a warning.

    Raises:
        DataError: Names every count, or the digest, that differs.
    """
    known = {
        "num_nodes": spec.num_nodes,
        "num_edges": spec.num_edges,
        "num_features": spec.num_features,
        "num_classes": spec.num_classes,
        "num_isolated": spec.num_isolated,
        "digest": spec.digest,
    }
    facts = found.to_dict()
    wrong = {
        key: f"{key} {facts[key]} (expected {value})"
        for key, value in known.items()
        if value not in (None, facts[key])
    }
    if list(wrong) == ["digest"] and spec.relations:
        logger.warning("%s is not the copy that results here were made on: %s", spec.name, wrong["digest"])
    elif wrong:
        raise DataError(f"dataset '{spec.name}' is not the expected graph: {', '.join(wrong.values())}")
