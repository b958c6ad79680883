"""How likely a link is, by the embeddings of its ends."""

from __future__ import annotations

from typing import Any, Literal, get_args

from rgrl.errors import ConfigError
from rgrl.evaluate.checks import checked_embeddings, checked_pairs
from rgrl.evaluate.pair_scores import FloatArray, cosine, weighted_dot

Scorer = Literal["cosine", "dot"]


def score_pairs(embeddings: Any, pairs: Any, *, scorer: Scorer = "cosine") -> FloatArray:
    """Score pairs of nodes, such as links that may be missing; nothing is fitted, and no labels are needed.

    The scores order pairs and are no probabilities. How well they tell edges from other pairs of your graph
    is what :func:`rgrl.evaluate.link_prediction` measures.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
        pairs: Numbers of the two nodes of each pair, integers ``[2, m]``; both directions score the same.
        scorer: ``"cosine"``, 0 beside a row of zeros, or ``"dot"`` for the dot product.

    Returns:
        ``[m]``, float32 for cosines and float64 for dot products.

    Raises:
        ConfigError: If the scorer is unknown.
        DataError: If embeddings or pairs cannot be used.

    Example:
        >>> score_pairs([[1.0, 0.0], [3.0, 4.0]], [[0], [1]], scorer="dot")
        array([3.])
    """
    if scorer not in get_args(Scorer):
        accepted = " and ".join(map(repr, get_args(Scorer)))
        raise ConfigError(f"scorer is {scorer!r}: accepted are {accepted}")
    features = checked_embeddings(embeddings)
    ends = checked_pairs(pairs, "pairs", features.shape[0])
    return cosine(features, ends) if scorer == "cosine" else weighted_dot(features, ends)
