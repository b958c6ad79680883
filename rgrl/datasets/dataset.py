"""A dataset, loaded and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.fingerprint import Fingerprint
from rgrl.datasets.split import Split
from rgrl.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class Dataset:
    """One graph with everything that the protocol needs.

    Attributes:
        name: Registry name, such as `cora`; for a graph of the user's own the file's name without its ending.
        graph: The graph with features, in canonical node order. Of a multiplex dataset it is the union of the
            relations; of several graphs their disjoint union.
        splits: The splits of the protocol: the paper's twenty random ones, or those that were published. No
            node of unknown label is in them.
        public_split: The split published with the files, or None where there are none or several.
        fingerprint: Identity of the graph; the key of every cache.
        spec: The registry's entry; made up for a graph of the user's own.
        labels: Class of every node, int64 `[N]` (the same as `graph.y`), -1 for unknown; bool `[N, L]` where
            a node has any number of L labels; None where nobody gave any.
        train_graph: What an encoder may be trained on, where that is less than `graph`: the subgraph of the
            training nodes (`splits[0].train`, in this order), in the inductive protocols. None elsewhere.
        relations: The relations of a multiplex dataset by name, each a graph over the same nodes and
            features.
        graph_of_node: Where `graph` is the disjoint union of several: the number of the one that each node
            belongs to, int64 `[N]`.
        node_ids: Id of each node, N strings, where the file of a graph of the user's own names them.
        feature_kind: Which features were made of the edges, see `rgrl.graph.structural_features`; None where
            they came with the graph.
    """

    name: str
    graph: Graph
    splits: tuple[Split, ...]
    public_split: Split | None
    fingerprint: Fingerprint
    spec: DatasetSpec
    labels: Tensor | None = None
    train_graph: Graph | None = None
    relations: Mapping[str, Graph] = field(default_factory=dict)
    graph_of_node: Tensor | None = None
    node_ids: tuple[str, ...] | None = None
    feature_kind: str | None = None

    @property
    def train_graph_of_node(self) -> Tensor | None:
        """`graph_of_node` of the nodes that an encoder is trained on, those of `train_graph`; int64 `[n]`."""
        if self.graph_of_node is None or self.train_graph is None:
            return self.graph_of_node
        return self.graph_of_node[torch.tensor(self.splits[0].train)]
