"""A dataset, loaded and checked."""

from __future__ import annotations

from dataclasses import dataclass

from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.fingerprint import Fingerprint
from rgrl.datasets.split import Split
from rgrl.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class Dataset:
    """One graph with everything that the protocol needs.

    Attributes:
        name: Registry name, such as `cora`.
        graph: The graph with features and labels, in canonical node order.
        splits: The twenty random splits of the paper.
        public_split: The split published with the files, or None.
        fingerprint: Identity of the graph; the key of every cache.
        spec: The registry's entry.
    """

    name: str
    graph: Graph
    splits: tuple[Split, ...]
    public_split: Split | None
    fingerprint: Fingerprint
    spec: DatasetSpec
