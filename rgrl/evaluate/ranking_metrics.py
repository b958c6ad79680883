"""Metrics of positive scores among negative ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating]

HITS_AT = (10, 50, 100)


def ranking_metrics(positive: FloatArray, negative: FloatArray) -> dict[str, float]:
    """AUC, average precision, Hits@10, 50 and 100, and mean reciprocal rank; each between 0 and 1.

    Args:
        positive: Scores of the positive pairs, ``[P]``, finite.
        negative: Scores of the negative pairs, ``[Q]``, finite.

    Example:
        >>> ranking_metrics(np.array([3.0, 1.0]), np.array([0.0, 2.0]))["auc"]
        0.75
    """
    from sklearn.metrics import average_precision_score

    return {
        "auc": area_under_curve(positive, negative),
        "ap": float(average_precision_score(*_labelled(positive, negative))),
        **{f"hits@{k}": hits_at(positive, negative, k) for k in HITS_AT},
        "mrr": mean_reciprocal_rank(positive, negative),
    }


def area_under_curve(positive: FloatArray, negative: FloatArray) -> float:
    """Area under the receiver operating characteristic.

    Args:
        positive: ``[P]``, finite.
        negative: ``[Q]``, finite.

    Example:
        >>> area_under_curve(np.array([3.0, 1.0]), np.array([0.0, 1.0]))
        0.875
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(*_labelled(positive, negative)))


def _labelled(positive: FloatArray, negative: FloatArray) -> tuple[npt.NDArray[np.bool_], FloatArray]:
    scores = np.concatenate([positive, negative])
    return np.arange(scores.size) < positive.size, scores


def hits_at(positive: FloatArray, negative: FloatArray, k: int) -> float:
    """Share of the positives that score strictly above the k-th highest negative, as OGB defines Hits@K.

    With fewer than k negatives it is 1, as there.

    Args:
        positive: ``[P]``.
        negative: ``[Q]``.
        k: At least 1.

    Example:
        >>> hits_at(np.array([3.0, 1.0]), np.array([0.0, 1.0, 2.0]), 2)
        0.5
    """
    if negative.size < k:
        return 1.0
    bar = np.partition(negative, negative.size - k)[negative.size - k]
    return float(np.mean(positive > bar))


def mean_reciprocal_rank(positive: FloatArray, negative: FloatArray) -> float:
    """Mean of 1 / rank of each positive among all negatives, as OGB defines it.

    The rank is 1 plus the mean of the optimistic and the pessimistic count: negatives that score higher, and
    negatives that score as high.

    Args:
        positive: ``[P]``.
        negative: ``[Q]``, shared by all positives.

    Example:
        >>> mean_reciprocal_rank(np.array([3.0, 1.0]), np.array([0.0, 2.0]))
        0.75
    """
    ordered = np.sort(negative)
    higher = negative.size - np.searchsorted(ordered, positive, side="right")
    as_high = negative.size - np.searchsorted(ordered, positive, side="left")
    return float(np.mean(1 / (0.5 * (higher + as_high) + 1)))
