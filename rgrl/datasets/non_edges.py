"""Pairs of nodes without an edge between them, drawn uniformly; all pairs go by their numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rgrl.datasets.node_pairs import IntArray, pair_numbers, pairs_of
from rgrl.errors import DataError

# Walks of two steps in one block of rows; some tens of megabytes.
_BLOCK_WALKS = 1_000_000


def random_non_edges(edges: IntArray, num_nodes: int, count: int, draw: np.random.RandomState) -> IntArray:
    """Draw distinct pairs outside of a set, all of them equally likely.

    Args:
        edges: Numbers of the pairs that may not be drawn, ascending and distinct, `[E]`.
        num_nodes: Number of nodes N.
        count: How many to draw.
        draw: Source of randomness.

    Returns:
        Numbers of the pairs in random order, `[count]`.

    Raises:
        DataError: There are fewer such pairs.

    Example:
        >>> random_non_edges(np.array([0, 2]), 3, 1, np.random.RandomState(0))
        array([1])
    """
    free = num_nodes * (num_nodes - 1) // 2 - edges.size
    if free < count:
        raise DataError(f"{free} pairs of nodes are no edge: {count} are needed as negatives")
    ranks = _distinct(free, count, draw)
    # Before edge i, the i-th by number, there are edges[i] − i pairs that are no edge.
    return ranks + np.searchsorted(edges - np.arange(edges.size), ranks, side="right")


def two_hop_non_edges(
    edges: IntArray, train: IntArray, num_nodes: int, count: int, draw: np.random.RandomState
) -> IntArray:
    """Draw distinct pairs that have a common neighbour in the training graph and no edge in the full one.

    Each pair gets a number from a hash, and the smallest ones win: a uniform draw in one pass over the walks
    of two steps. It takes time in proportion to their number, the sum of the squared degrees, and memory in
    proportion to `count`.

    Args:
        edges: Numbers of all edges, ascending and distinct, `[E]`.
        train: Numbers of the training edges among them.
        num_nodes: Number of nodes N.
        count: How many to draw.
        draw: Source of randomness.

    Returns:
        Numbers of the pairs in random order, `[count]`; fewer where there are fewer, and then all of them.

    Example:
        >>> path = pair_numbers(np.array([[0, 1, 2], [1, 2, 3]]))
        >>> pairs = two_hop_non_edges(path, path, 4, 9, np.random.RandomState(0))
        >>> pairs_of(np.sort(pairs)).T.tolist()
        [[0, 2], [1, 3]]
    """
    salt = np.uint64(draw.randint(2**63 - 1, dtype=np.int64))
    chosen, order = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)
    limit = np.uint64(2**64 - 1)
    for pairs in _two_hop_pairs(pairs_of(train), num_nodes):
        hashed = _mixed(pairs.view(np.uint64) ^ salt)
        near = hashed <= limit
        pairs, hashed = pairs[near], hashed[near]
        place = np.searchsorted(edges, pairs)
        apart = edges[np.minimum(place, edges.size - 1)] != pairs
        chosen, order = np.concatenate([chosen, pairs[apart]]), np.concatenate([order, hashed[apart]])
        if chosen.size > count:
            best = np.argsort(order, kind="stable")[:count]
            chosen, order = chosen[best], order[best]
            limit = order[-1] if count else np.uint64(0)
    return draw.permutation(np.sort(chosen))


def _two_hop_pairs(train: IntArray, num_nodes: int) -> Iterator[IntArray]:
    """Numbers of all pairs with a common neighbour, each once, block by block."""
    ends = np.concatenate([train, train[::-1]], axis=1)
    # Booleans: the product is a disjunction, which no number of common neighbours overflows.
    ones = np.ones(ends.shape[1], dtype=bool)
    adjacency = sparse.csr_matrix((ones, (ends[0], ends[1])), shape=(num_nodes, num_nodes))
    walks = np.cumsum(adjacency.astype(np.int64) @ np.diff(adjacency.indptr).astype(np.int64))
    bounds = np.searchsorted(walks, np.arange(_BLOCK_WALKS, walks[-1], _BLOCK_WALKS), side="left") + 1
    for start, stop in zip([0, *bounds], [*bounds, num_nodes], strict=True):
        if start < stop:
            reached = (adjacency[start:stop] @ adjacency).tocoo()
            first, second = reached.row.astype(np.int64) + start, reached.col.astype(np.int64)
            later = second > first
            yield pair_numbers(np.stack([first[later], second[later]]))


def _distinct(population: int, count: int, draw: np.random.RandomState) -> IntArray:
    """Distinct whole numbers below `population`, uniformly and in random order, `[count]`."""
    if 2 * count >= population:
        return draw.permutation(population)[:count].astype(np.int64)
    drawn = np.empty(0, dtype=np.int64)
    while True:
        drawn = np.concatenate([drawn, draw.randint(population, size=count + 16, dtype=np.int64)])
        first = np.sort(np.unique(drawn, return_index=True)[1])
        if first.size >= count:
            return drawn[first[:count]]


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit depends on every bit."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
