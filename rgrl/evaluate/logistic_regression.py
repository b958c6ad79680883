"""The converged companion of the paper's probe."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.evaluate.checks import IntArray, checked_embeddings, checked_labels, checked_splits
from rgrl.evaluate.logistic_batched import WIDEST_BATCHED, fit_dense_path
from rgrl.evaluate.logistic_report import LogisticReport
from rgrl.evaluate.logistic_sklearn import fit_with_sklearn
from rgrl.evaluate.probe_report import ProbeReport
from rgrl.evaluate.split_like import SplitLike

logger = logging.getLogger(__name__)

DEFAULT_STRENGTHS = (10.0, 1.0, 0.1, 0.01, 0.001, 0.0001)
TOLERANCE = 1e-4

#: Train, validation and test rows.
_Rows = tuple[IntArray, IntArray, IntArray]


def logistic_regression(
    embeddings: Any,
    labels: Any,
    splits: Sequence[SplitLike],
    *,
    strengths: Sequence[float] = DEFAULT_STRENGTHS,
    max_iter: int = 1000,
    num_classes: int | None = None,
    predictions: bool = False,
) -> LogisticReport:
    """Accuracy of an L2-regularised softmax classifier, trained to convergence on each split's train rows.

    It minimises the mean cross-entropy plus ``strength / 2`` times the squared norm of the weights, biases
    left out. Every feature is standardised by mean and standard deviation of the split's train rows; sparse
    features are divided by the deviation only, so that they stay sparse. Each split's strength is the one of
    best validation accuracy, the stronger of equals; the fits go by L-BFGS from the strongest to the weakest,
    each starting from the last. There is no randomness, and a split that is given many times is fitted once.

    Dense embeddings of up to 1,024 dimensions are fitted in batches of splits, in float32 on the tensor's
    device; wider and sparse ones by scikit-learn's solver of the same objective, in float64 on the CPU.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`;
            what is sparse stays so unless it is more than a tenth full.
        labels: Class of every node, integers ``[N]``.
        splits: Objects with ``train``, ``val`` and ``test`` rows.
        strengths: Regularisation to choose from, in any order.
        max_iter: Most L-BFGS iterations of one fit.
        num_classes: Number of classes that labels may name; None for no limit.
        predictions: Whether to keep the predicted class of every node as well, for each split at its chosen
            strength.

    Returns:
        The accuracies, and for every split the chosen strength and whether its fit converged.

    Raises:
        ConfigError: If there is no strength, one is not above 0, or ``max_iter`` is below 1.
        DataError: If embeddings, labels and splits do not fit together or are not finite.

    Example:
        >>> from types import SimpleNamespace
        >>> labels = torch.arange(12) % 3
        >>> split = SimpleNamespace(train=range(6), val=range(6, 9), test=range(9, 12))
        >>> logistic_regression(torch.eye(3)[labels], labels, [split]).scores.test_mean
        100.0
    """
    path = sorted(strengths, reverse=True)
    if not path or not all(0 < strength < float("inf") for strength in path):
        raise ConfigError(
            f"strengths are {list(strengths)}: at least one, each finite and above 0, is needed"
        )
    if max_iter < 1:
        raise ConfigError(f"max_iter is {max_iter}: 1 or more is needed")
    features = checked_embeddings(embeddings)
    rows = checked_splits(splits, features.shape[0])
    classes, count = checked_labels(labels, features.shape[0], rows, num_classes)
    places, rows = _distinct(rows)
    if isinstance(features, Tensor) and features.shape[1] <= WIDEST_BATCHED:
        target = torch.from_numpy(classes).to(features.device)
        fits = fit_dense_path(
            features,
            target,
            rows,
            path,
            num_classes=count,
            tolerance=TOLERANCE,
            max_iter=max_iter,
            predictions=predictions,
        )
    else:
        array = features.cpu().numpy() if isinstance(features, Tensor) else features
        fits = [
            fit_with_sklearn(
                array,
                classes,
                parts,
                path,
                tolerance=TOLERANCE,
                max_iter=max_iter,
                num_classes=count if predictions else None,
            )
            for parts in rows
        ]
    fits = [fits[place] for place in places]
    found = [fit.predictions for fit in fits if fit.predictions is not None]
    report = LogisticReport(
        ProbeReport(
            val=tuple(fit.val for fit in fits),
            test=tuple(fit.test for fit in fits),
            predictions=np.stack(found) if found else None,
        ),
        strengths=tuple(fit.strength for fit in fits),
        converged=tuple(fit.converged for fit in fits),
    )
    logger.debug("logistic regression: %s", report)
    return report


def _distinct(rows: Sequence[_Rows]) -> tuple[list[int], list[_Rows]]:
    """The splits that differ, and which of them each one is."""
    place_of: dict[tuple[bytes, ...], int] = {}
    distinct: list[_Rows] = []
    places = []
    for parts in rows:
        content = tuple(hashlib.sha256(part.tobytes()).digest() for part in parts)
        if content not in place_of:
            place_of[content] = len(distinct)
            distinct.append(parts)
        places.append(place_of[content])
    return places, distinct
