"""Sampling pairs of nodes, and their cosines."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.checks import IntArray, checked_classes, checked_embeddings
from rgrl.evaluate.setting_checks import require_count
from rgrl.evaluate.unit_rows import unit_rows
from rgrl.graph.checks import checked_edge_index
from rgrl.plot.pair_similarities import PairSimilarities

logger = logging.getLogger(__name__)

#: Numbers of the rows that are gathered at a time.
_BLOCK_ENTRIES = 1 << 22

#: How often pairs are drawn anew in the place of those that are of another kind.
_ROUNDS = 50


def sample_similarities(
    embedding: Any, edge_index: Any, labels: Any = None, *, max_pairs: int = 20000, seed: int = 0
) -> PairSimilarities:
    """Cosines of neighbours, of nodes of one class, and of others, each a random sample.

    Neighbours are all edges, or so many of them without replacement; the others are drawn uniformly from the
    pairs of their kind, with replacement. Pairs are unordered, and loops are no pairs. Time and memory depend
    on ``max_pairs`` and the number of edges, not on the number of all pairs.

    Args:
        embedding: ``[N, d]``: a tensor, an array, or a sparse matrix of scipy or torch.
        edge_index: Edges ``[2, E]``, read as undirected.
        labels: Class of every node, integers ``[N]``, -1 for unknown; such nodes are in pairs of neighbours
            only. None for no labels.
        max_pairs: Most pairs of each kind.
        seed: Seed of the sample.

    Raises:
        ConfigError: If ``max_pairs`` is below 1 or the seed below 0.
        DataError: If embedding, edges and labels do not fit together, or no edge joins two nodes.

    Example:
        >>> edges = [[0, 2], [1, 3]]
        >>> found = sample_similarities(torch.eye(2)[[0, 0, 1, 1]], edges, max_pairs=3)
        >>> found.neighbours.tolist(), found.others.tolist()
        ([1.0, 1.0], [0.0, 0.0, 0.0])
    """
    require_count("max_pairs", max_pairs)
    require_count("seed", seed, least=0)
    rows = unit_rows(checked_embeddings(embedding))
    nodes = rows.shape[0]
    classes = None if labels is None else checked_classes(labels, nodes)
    joined = _joined(edge_index, nodes)
    rng = np.random.default_rng(seed)
    few = joined.size <= max_pairs
    neighbours = np.stack(np.divmod(joined if few else rng.choice(joined, max_pairs, replace=False), nodes))
    known = np.arange(nodes) if classes is None else np.flatnonzero(classes >= 0)

    def anyone(count: int) -> IntArray:
        return known[rng.integers(known.size, size=(2, count))]

    same = None
    if classes is None:
        others = _drawn(anyone, joined, nodes, max_pairs, None)
    else:
        others = _drawn(anyone, joined, nodes, max_pairs, lambda a, b: classes[a] != classes[b])
        same = _drawn(_within_classes(classes, rng), joined, nodes, max_pairs, None)
    for name, pairs in (("of one class", same), ("of others", others)):
        if pairs is not None and pairs.shape[1] < max_pairs:
            logger.warning("%d pairs %s without an edge were found of %d", pairs.shape[1], name, max_pairs)
    return PairSimilarities(
        neighbours=_cosines(rows, neighbours),
        same_class=None if same is None else _cosines(rows, same),
        others=_cosines(rows, others),
    )


def _joined(edge_index: Any, nodes: int) -> IntArray:
    """Each pair of two nodes that an edge joins, once, as ``low * nodes + high``; sorted."""
    source, target = checked_edge_index(edge_index, nodes)
    keys = np.minimum(source, target) * nodes + np.maximum(source, target)
    joined: IntArray = np.unique(keys[source != target])
    if joined.size == 0:
        raise DataError("edge_index joins no two nodes: at least 1 edge that is no loop is needed")
    return joined


def _drawn(
    draw: Callable[[int], IntArray],
    joined: IntArray,
    nodes: int,
    count: int,
    accept: Callable[[IntArray, IntArray], Any] | None,
) -> IntArray:
    """So many pairs ``[2, count]`` of two nodes without an edge; fewer where they are too rare."""
    found, missing = [np.empty((2, 0), dtype=np.int64)], count
    for _ in range(_ROUNDS):
        low, high = np.sort(draw(count), axis=0)
        keys = low * nodes + high
        place = np.minimum(np.searchsorted(joined, keys), joined.size - 1)
        good = (low != high) & (joined[place] != keys)
        if accept is not None:
            good &= accept(low, high)
        found.append(np.stack([low[good], high[good]])[:, :missing])
        missing -= found[-1].shape[1]
        if missing == 0:
            break
    return np.concatenate(found, axis=1)


def _within_classes(classes: IntArray, rng: np.random.Generator) -> Callable[[int], IntArray]:
    """Draws pairs ``[2, count]`` of one class; each ordered pair, a node with itself too, is as likely."""
    known = np.flatnonzero(classes >= 0)
    order = known[np.argsort(classes[known], kind="stable")]
    _, start, size = np.unique(classes[order], return_index=True, return_counts=True)
    share = size.astype(np.float64) ** 2

    def draw(count: int) -> IntArray:
        chosen = rng.choice(size.size, count, p=share / share.sum())
        return order[start[chosen] + rng.integers(size[chosen], size=(2, count))]

    return draw


def _cosines(rows: Tensor | sparse.csr_matrix, pairs: IntArray) -> Tensor:
    if not isinstance(rows, Tensor):
        dots = rows[pairs[0]].multiply(rows[pairs[1]]).sum(axis=1)
        return torch.from_numpy(np.asarray(dots, dtype=np.float32).ravel())
    first, second = torch.from_numpy(pairs).to(rows.device)
    step = max(1, _BLOCK_ENTRIES // rows.shape[1])
    blocks = [
        torch.linalg.vecdot(rows[a], rows[b])
        for a, b in zip(first.split(step), second.split(step), strict=True)
    ]
    return torch.cat(blocks).cpu()
