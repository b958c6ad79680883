"""Sampling pairs of nodes, and their cosines."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
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

#: Up to so many pairs (twice, and loops) are listed instead of drawn.
_MOST_LISTED = 1 << 22

#: How often pairs are drawn anew in the place of those that are of another kind.
_ROUNDS = 50

_SAME, _OTHER = "of one class", "of others"


def sample_similarities(
    embedding: Any, edge_index: Any, labels: Any = None, *, max_pairs: int = 20000, seed: int = 0
) -> PairSimilarities:
    """Cosines of neighbours, of nodes of one class, and of others, each a random sample.

    All pairs of a kind if they are few enough, or a uniform draw of them: of neighbours, and in graphs of up
    to 2,048 nodes, without replacement; of other pairs in larger graphs with it, so that time and memory
    depend on ``max_pairs`` and the number of edges, not on the number of all pairs. Pairs are unordered, and
    loops are no pairs.

    Args:
        embedding: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
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
        >>> found = sample_similarities(torch.eye(2)[[0, 0, 1, 1]], edges, max_pairs=9)
        >>> found.neighbours.tolist(), found.others.tolist()
        ([1.0, 1.0], [0.0, 0.0, 0.0, 0.0])
    """
    require_count("max_pairs", max_pairs)
    require_count("seed", seed, least=0)
    rows = unit_rows(checked_embeddings(embedding))
    nodes = rows.shape[0]
    classes = None if labels is None else checked_classes(labels, nodes)
    joined = _joined(edge_index, nodes)
    rng = np.random.default_rng(seed)
    unjoined = _unjoined(nodes, classes, joined, max_pairs, rng)
    for name, pairs in unjoined.items():
        if pairs.shape[1] == 0:
            logger.warning("no pair %s without an edge was found", name)
    cosines = {name: _cosines(rows, pairs) for name, pairs in unjoined.items()}
    neighbours = np.stack(np.divmod(_at_most(max_pairs, joined, rng), nodes))
    return PairSimilarities(_cosines(rows, neighbours), cosines.get(_SAME), cosines[_OTHER])


def _joined(edge_index: Any, nodes: int) -> IntArray:
    """Each pair of two nodes that an edge joins, once, as ``low * nodes + high``; sorted."""
    source, target = checked_edge_index(edge_index, nodes)
    keys = np.minimum(source, target).astype(np.int64) * nodes + np.maximum(source, target)
    joined: IntArray = np.unique(keys[source != target])
    if joined.size == 0:
        raise DataError("edge_index joins no two nodes: at least 1 edge that is no loop is needed")
    return joined


def _at_most(count: int, values: IntArray, rng: np.random.Generator) -> IntArray:
    """All values ``[n]``, or so many of them without replacement."""
    return values if values.size <= count else rng.choice(values, count, replace=False)


def _unjoined(
    nodes: int, classes: IntArray | None, joined: IntArray, count: int, rng: np.random.Generator
) -> dict[str, IntArray]:
    """Pairs ``[2, n]`` without an edge, by their kind: listed if all pairs are few, else drawn."""
    known = np.arange(nodes) if classes is None else np.flatnonzero(classes >= 0)
    group = np.zeros(nodes, dtype=np.int64) if classes is None else classes

    def good(low: IntArray, high: IntArray, same: bool) -> npt.NDArray[np.bool_]:
        keys = low * nodes + high
        place = np.minimum(np.searchsorted(joined, keys), joined.size - 1)
        return (low < high) & (joined[place] != keys) & ((group[low] == group[high]) == same)

    # Without labels all are of one class, and that is the kind of the others.
    kinds = {_OTHER: True} if classes is None else {_SAME: True, _OTHER: False}
    if known.size**2 <= _MOST_LISTED:
        low, high = (known[side] for side in np.triu_indices(known.size, 1))
        listed = {name: np.flatnonzero(good(low, high, same)) for name, same in kinds.items()}
        chosen = {name: _at_most(count, places, rng) for name, places in listed.items()}
        return {name: np.stack([low[places], high[places]]) for name, places in chosen.items()}
    within = _within_classes(group, known, rng)
    found = {}
    for name, same in kinds.items():
        parts, missing = [np.empty((2, 0), dtype=np.int64)], count
        for _ in range(_ROUNDS):
            drawn = within(count) if same else known[rng.integers(known.size, size=(2, count))]
            low, high = np.sort(drawn, axis=0)
            parts.append(np.stack([low, high])[:, good(low, high, same)][:, :missing])
            missing -= parts[-1].shape[1]
            if missing == 0:
                break
        found[name] = np.concatenate(parts, axis=1)
    return found


def _within_classes(group: IntArray, known: IntArray, rng: np.random.Generator) -> Callable[[int], IntArray]:
    """Draws ordered pairs ``[2, count]`` of one class, each as likely, a node with itself too."""
    order = known[np.argsort(group[known], kind="stable")]
    _, start, size = np.unique(group[order], return_index=True, return_counts=True)
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
