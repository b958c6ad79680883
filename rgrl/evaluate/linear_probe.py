"""The paper's probe: a linear classifier on frozen embeddings, trained for a hundred steps."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.evaluate.checks import checked_embeddings, checked_labels, checked_splits
from rgrl.evaluate.probe_fit import fit_dense, fit_sparse, initial_weights
from rgrl.evaluate.probe_predict import predict, score
from rgrl.evaluate.probe_report import ProbeReport
from rgrl.evaluate.smallest_integers import smallest_integers
from rgrl.evaluate.split_like import SplitLike

logger = logging.getLogger(__name__)


def linear_probe(
    embeddings: Any,
    labels: Any,
    splits: Sequence[SplitLike],
    *,
    steps: int = 100,
    lr: float = 0.01,
    weight_decay: float = 0.0,
    seed: int = 0,
    num_classes: int | None = None,
    predictions: bool = False,
) -> ProbeReport:
    """Accuracy of a softmax classifier trained on each split's train rows.

    Raw embeddings, Xavier-uniform weights, zero biases, Adam (β 0.9, 0.999; ε 1e-8), full batch, mean
    cross-entropy: the protocol of the RGRL paper. All splits are trained at once. A hundred steps are often
    far from convergence; `logistic_regression` is the converged companion.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`;
            what is sparse stays so unless it is more than a tenth full. Computed in float32 on the tensor's
            device.
        labels: Class of every node, integers ``[N]``.
        splits: Objects with ``train``, ``val`` and ``test`` rows.
        steps: Full-batch updates; 0 scores the untrained classifier.
        lr: Adam's step size.
        weight_decay: Decoupled decay of weights and biases (AdamW); ogbn-arxiv's protocol has 0.01.
        seed: Seed of the initial weights; the global random state is neither read nor moved.
        num_classes: Number of classes; None for the largest label used plus one.
        predictions: Whether to keep the predicted class of every node as well, for each split.

    Returns:
        Validation and test accuracy of every split, in per cent.

    Raises:
        ConfigError: If ``steps``, ``lr``, ``weight_decay`` or ``num_classes`` is out of range.
        DataError: If embeddings, labels and splits do not fit together, or the embeddings are not finite or
            above 1e18 in size.

    Example:
        >>> from types import SimpleNamespace
        >>> labels = torch.arange(12) % 3
        >>> split = SimpleNamespace(train=range(6), val=range(6, 9), test=range(9, 12))
        >>> linear_probe(torch.eye(3)[labels], labels, [split]).test_mean
        100.0
    """
    _check_settings(steps, lr, weight_decay, num_classes)
    features = checked_embeddings(embeddings)
    device = embeddings.device if isinstance(embeddings, Tensor) else torch.device("cpu")
    rows = checked_splits(splits, features.shape[0])
    classes, count = checked_labels(labels, features.shape[0], rows, num_classes)
    train = [part[0] for part in rows]
    weights = initial_weights(train, num_classes=count, width=features.shape[1], seed=seed).to(device)
    with torch.no_grad():
        if isinstance(features, Tensor):
            features = features.to(device)  # a fairly full sparse tensor became dense on the CPU
            target = torch.from_numpy(classes).to(device)
            fit_dense(features, target, train, weights, steps=steps, lr=lr, weight_decay=weight_decay)
        else:
            fit_sparse(features, classes, train, weights, steps=steps, lr=lr, weight_decay=weight_decay)
        predicted = predict(features, weights)
        report = score(predicted, classes, rows)
    if predictions:
        report = replace(report, predictions=smallest_integers(predicted.cpu(), count))
    logger.debug("linear probe: %s", report)
    return report


def _check_settings(steps: int, lr: float, weight_decay: float, num_classes: int | None) -> None:
    if steps < 0:
        raise ConfigError(f"steps is {steps}: 0 or more is needed")
    if not (math.isfinite(lr) and lr > 0):
        raise ConfigError(f"lr is {lr}: a finite number above 0 is needed")
    if not (math.isfinite(weight_decay) and weight_decay >= 0):
        raise ConfigError(f"weight_decay is {weight_decay}: a finite number, 0 or more, is needed")
    if num_classes is not None and num_classes < 1:
        raise ConfigError(f"num_classes is {num_classes}: 1 or more is needed")
