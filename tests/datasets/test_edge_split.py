from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from rgrl.datasets import EdgeSplit, NegativeEdges
from rgrl.errors import DataError
from rgrl.graph import Graph

X = torch.eye(6)
TRAIN, VAL, TEST = torch.tensor([[0, 1], [1, 2]]), torch.tensor([[2], [3]]), torch.tensor([[3], [4]])
NO_EDGE = torch.tensor([[0], [5]])


def graph_of(*edges: tuple[int, int]) -> Graph:
    return Graph.from_edge_index(torch.tensor(edges).T, x=X)


SPLIT = EdgeSplit(
    train_graph=graph_of((0, 1), (1, 0), (1, 2), (2, 1)),
    train=TRAIN,
    val=VAL,
    test=TEST,
    train_negatives=NO_EDGE,
    negatives_random=NegativeEdges(val=NO_EDGE, test=NO_EDGE),
    negatives_hard=NegativeEdges(val=NO_EDGE, test=NO_EDGE),
)


def test_knows_its_sizes() -> None:
    assert SPLIT.num_nodes == 6
    assert SPLIT.sizes == (2, 1, 1)


def test_a_self_loop_of_the_training_graph_is_no_leak() -> None:
    replace(SPLIT, train_graph=graph_of((0, 1), (1, 0), (1, 2), (2, 1), (5, 5)))


@pytest.mark.parametrize(
    "edges",
    [
        ((0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2)),
        ((0, 1), (1, 0), (1, 2), (2, 1), (2, 3)),
        ((0, 1), (1, 0), (1, 2), (2, 1), (4, 3)),
        ((0, 1), (1, 0), (2, 3), (3, 2)),
        ((0, 1), (1, 0)),
        ((0, 1), (1, 2)),
    ],
)
def test_refuses_a_training_graph_with_other_edges(edges: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(DataError, match="train_graph has other edges than the 2 of train"):
        replace(SPLIT, train_graph=graph_of(*edges))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"val": torch.tensor([[1], [0]])}, "an edge stands twice"),
        ({"test": torch.tensor([[3, 4], [4, 3]])}, "an edge stands twice"),
        ({"test": VAL}, "an edge stands twice"),
        ({"test": torch.tensor([[3], [6]])}, "test reaches from 3 to 6: the nodes are 0 to 5"),
        ({"val": torch.tensor([[-1], [0]])}, "val reaches from -1"),
        ({"val": torch.tensor([[2], [2]])}, "val holds a node beside itself"),
        ({"val": torch.tensor([[2.0], [3.0]])}, r"val is torch.float32 \[2, 1\]"),
        ({"val": torch.tensor([2, 3])}, r"val is torch.int64 \[2\]"),
        ({"test": torch.empty(2, 0, dtype=torch.int64)}, r"test is torch.int64 \[2, 0\]"),
        ({"train_negatives": TEST}, "train_negatives holds an edge"),
        ({"negatives_random": NegativeEdges(val=TEST.flip(0), test=NO_EDGE)}, "negatives_random.val holds"),
        ({"negatives_hard": NegativeEdges(val=NO_EDGE, test=TRAIN)}, "negatives_hard.test holds an edge"),
    ],
)
def test_refuses_what_is_no_split(changes: dict, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        replace(SPLIT, **changes)
