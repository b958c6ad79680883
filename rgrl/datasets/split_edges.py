"""The edge split of link prediction."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from rgrl.datasets.edge_split import EdgeSplit
from rgrl.datasets.negative_edges import NegativeEdges
from rgrl.datasets.node_pairs import IntArray, pair_numbers, pairs_of
from rgrl.datasets.non_edges import random_non_edges, two_hop_non_edges
from rgrl.errors import ConfigError, DataError
from rgrl.graph.graph import Graph
from rgrl.graph.require_graph import require_graph

logger = logging.getLogger(__name__)


def split_edges(graph: Graph, *, val: float = 0.05, test: float = 0.10, seed: int = 0) -> EdgeSplit:
    """Hold out some edges of an undirected graph, and draw pairs that are no edges to tell them from.

    Of E undirected edges, self-loops aside, `int(val E)` validate and `int(test E)` test; which is uniformly
    random. No negative pair has an edge in the full graph, within a kind none is drawn twice, and none that a
    scorer is fitted to is a hard one. Random ones
    are uniform among all such pairs; hard ones are uniform among those that have a common neighbour in the
    training graph. Where there are fewer of the latter than needed, all are taken, dealt to validation and
    test at random, and random pairs fill up (a warning is logged;
    :func:`rgrl.evaluate.link_prediction` reports the share that is two hops apart). The RGRL paper evaluates
    on random and hard negatives without saying how either is drawn; this rule is ours.

    The same seed gives the same split on every machine, whatever order the edges came in. It takes time in
    proportion to the sum of the squared degrees, and memory in proportion to the edges.

    Args:
        graph: An undirected graph of N nodes.
        val: Share of the edges that validate, above 0.
        test: Share of the edges that test, above 0; with `val` below 1.
        seed: Seed of the split and its negatives, 0 to 2³² − 1.

    Returns:
        The split; its `train_graph` has no self-loops and shares the graph's features and labels.

    Raises:
        ConfigError: A share or the seed is out of range.
        DataError: The graph is no :class:`rgrl.Graph`, is directed, has no edges, too few for three parts, or
            so many that there are not as many pairs without one.

    Example:
        >>> from rgrl.datasets import load_dataset
        >>> split = split_edges(load_dataset("karate").graph)
        >>> split.train_graph
        Graph(num_nodes=34, num_edges=136, num_features=34, features=sparse, undirected)
        >>> split.negatives_hard.test.shape
        torch.Size([2, 7])
    """
    require_graph(graph)
    if not (val > 0 and test > 0 and val + test < 1):
        raise ConfigError(f"val is {val} and test is {test}: both above 0, together below 1, are needed")
    if not 0 <= seed < 2**32:
        raise ConfigError(f"seed is {seed}: 0 to {2**32 - 1} is accepted")
    edges, nodes = _undirected_edges(graph), graph.num_nodes
    num_val, num_test = int(val * edges.size), int(test * edges.size)
    held_out = num_val + num_test
    if min(num_val, num_test, edges.size - held_out) < 1:
        raise DataError(
            f"the graph has {edges.size} edges: val={val} and test={test} make {num_val} validation and "
            f"{num_test} test edges, and each part needs at least 1"
        )
    # A stream for each purpose, so that a change of one draw moves no other.
    splitting, random, hard, apart = (np.random.RandomState([seed, purpose]) for purpose in range(4))
    order = splitting.permutation(edges.size)
    parts = np.split(edges[order], [num_val, held_out])
    val_edges, test_edges, train_edges = (_tensor(np.sort(part)) for part in parts)
    val_random, test_random, train_random = np.split(
        random_non_edges(edges, nodes, edges.size, random), [num_val, held_out]
    )
    all_hard = _hard(edges, parts[2], nodes, held_out, hard)
    val_hard, test_hard = np.split(all_hard, [num_val])
    known = np.concatenate([edges, val_random, test_random, train_random, all_hard])
    train_random = _apart(train_random, all_hard, np.unique(known), nodes, apart)
    return EdgeSplit(
        train_graph=training_graph(graph, train_edges),
        train=train_edges,
        val=val_edges,
        test=test_edges,
        train_negatives=_tensor(train_random),
        negatives_random=NegativeEdges(val=_tensor(val_random), test=_tensor(test_random)),
        negatives_hard=NegativeEdges(val=_tensor(val_hard), test=_tensor(test_hard)),
    )


def training_graph(graph: Graph, train: Tensor) -> Graph:
    """The graph's nodes, features and labels with these edges alone; a function of nothing else.

    Args:
        graph: The graph; its edges are not read.
        train: Undirected edges, int64 `[2, m]`.

    Example:
        >>> full = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=[[1.0], [2.0], [3.0]])
        >>> training_graph(full, torch.tensor([[0], [1]])).edge_index.tolist()
        [[0, 1], [1, 0]]
    """
    both = torch.cat([train, train.flip(0)], dim=1)
    bare = Graph.from_edge_index(both, x=torch.ones(graph.num_nodes, 1), sparse_features=False)
    return replace(bare.to(graph.device), x=graph.x, y=graph.y)


def _undirected_edges(graph: Graph) -> IntArray:
    """Numbers of the undirected edges without self-loops, ascending, `[E]`."""
    if not graph.is_undirected:
        raise DataError(
            "the graph is directed: link prediction takes an undirected one, every edge in both directions, "
            "as rgrl.as_graph(graph, undirected=True) makes it"
        )
    ends = graph.edge_index.cpu().numpy()
    ends = ends[:, ends[0] < ends[1]]
    if ends.shape[1] == 0:
        raise DataError(
            f"the graph has {graph.num_nodes} nodes and 0 edges between two of them: "
            "link prediction needs some to hold out"
        )
    return np.sort(pair_numbers(ends))


def _hard(
    edges: IntArray, train: IntArray, num_nodes: int, count: int, draw: np.random.RandomState
) -> IntArray:
    found = two_hop_non_edges(edges, train, num_nodes, count, draw)
    missing = count - found.size
    if missing == 0:
        return found
    logger.warning(
        "%d pairs are two hops apart without an edge, %d hard negatives are needed: %d random pairs fill up",
        found.size,
        count,
        missing,
    )
    taken = np.sort(np.concatenate([edges, found]))
    return draw.permutation(np.concatenate([found, random_non_edges(taken, num_nodes, missing, draw)]))


def _apart(
    train: IntArray, hard: IntArray, known: IntArray, num_nodes: int, draw: np.random.RandomState
) -> IntArray:
    """Training negatives with other random pairs in the place of those that are hard negatives too."""
    shared = np.flatnonzero(np.isin(train, hard))
    free = num_nodes * (num_nodes - 1) // 2 - known.size
    if shared.size > free:
        logger.warning(
            "%d hard negatives are training negatives too: the graph has too few pairs without an edge",
            shared.size - free,
        )
        shared = shared[:free]
    train = train.copy()
    train[shared] = random_non_edges(known, num_nodes, shared.size, draw)
    return train


def _tensor(numbers: IntArray) -> Tensor:
    return torch.from_numpy(pairs_of(numbers))
