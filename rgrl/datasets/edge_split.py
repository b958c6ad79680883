"""Which edges train, validate and test a link predictor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rgrl.datasets.negative_edges import NegativeEdges
from rgrl.datasets.node_pairs import IntArray, pair_numbers
from rgrl.errors import DataError
from rgrl.graph.graph import Graph


@dataclass(frozen=True, eq=False)
class EdgeSplit:
    """The edges of an undirected graph in three disjoint sets, with pairs that are no edges beside them.

    An encoder is trained on `train_graph` and embeds `train_graph`: nothing in it tells a held-out edge.
    A pair stands once, in one of its two directions. All pairs lie on the CPU.

    Attributes:
        train_graph: The graph's nodes, features and labels with the training edges alone, in both directions.
        train: Positive edges for fitting a scorer, int64 `[2, m_train]`.
        val: Positive edges for choosing, int64 `[2, m_val]`.
        test: Positive edges for reporting, int64 `[2, m_test]`.
        train_negatives: Random pairs without an edge for fitting a scorer, int64 `[2, m_train]`.
        negatives_random: Random pairs without an edge.
        negatives_hard: Pairs without an edge, two hops apart in `train_graph`.

    Raises:
        DataError: Pairs are no int64 `[2, m]`, `m` is 0, a node is out of range or beside itself, an edge
            stands twice, `train_graph` has other edges than `train`, or a negative pair is an edge.

    Example:
        >>> from rgrl.datasets import load_dataset, split_edges
        >>> split_edges(load_dataset("karate").graph).sizes
        (68, 3, 7)
    """

    train_graph: Graph
    train: Tensor
    val: Tensor
    test: Tensor
    train_negatives: Tensor
    negatives_random: NegativeEdges
    negatives_hard: NegativeEdges

    def __post_init__(self) -> None:
        parts = [self._numbers(getattr(self, name), name) for name in ("train", "val", "test")]
        edges = np.sort(np.concatenate(parts))
        if (edges[1:] == edges[:-1]).any():
            raise DataError("an edge stands twice in train, val and test: every edge belongs to one of them")
        known = self.train_graph.edge_index.cpu().numpy()
        # A directed edge is not its own reverse, so both directions of every training edge are asked for.
        if not self.train_graph.is_undirected or not np.array_equal(
            np.sort(parts[0]), np.sort(pair_numbers(known[:, known[0] < known[1]]))
        ):
            raise DataError(
                f"train_graph has other edges than the {parts[0].size} of train: those, in both directions, "
                "are needed"
            )
        for kind in ("random", "hard"):
            negatives: NegativeEdges = getattr(self, f"negatives_{kind}")
            self._require_no_edge(negatives.val, f"negatives_{kind}.val", edges)
            self._require_no_edge(negatives.test, f"negatives_{kind}.test", edges)
        self._require_no_edge(self.train_negatives, "train_negatives", edges)

    @property
    def num_nodes(self) -> int:
        """Number of nodes, N."""
        return self.train_graph.num_nodes

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Number of training, validation and test edges."""
        return self.train.shape[1], self.val.shape[1], self.test.shape[1]

    def _require_no_edge(self, pairs: Tensor, name: str, edges: IntArray) -> None:
        if np.isin(self._numbers(pairs, name), edges).any():
            raise DataError(f"{name} holds an edge: pairs without one are needed")

    def _numbers(self, pairs: Tensor, name: str) -> IntArray:
        if pairs.dtype != torch.int64 or pairs.dim() != 2 or pairs.shape[0] != 2 or pairs.shape[1] == 0:
            raise DataError(f"{name} is {pairs.dtype} {list(pairs.shape)}: int64 [2, m], m > 0, is needed")
        array = pairs.cpu().numpy()
        if array.min() < 0 or array.max() >= self.num_nodes:
            raise DataError(
                f"{name} reaches from {array.min()} to {array.max()}: the nodes are 0 to {self.num_nodes - 1}"
            )
        if (array[0] == array[1]).any():
            raise DataError(f"{name} holds a node beside itself: pairs of two nodes are needed")
        return pair_numbers(array)
