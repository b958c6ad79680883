"""DMGI's classifier for multiplex graphs."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import DataError
from rgrl.evaluate.batched_adam import BatchedAdam
from rgrl.evaluate.checks import checked_embeddings, checked_labels, checked_splits
from rgrl.evaluate.dense_rows import dense_rows
from rgrl.evaluate.f1 import f1_scores
from rgrl.evaluate.probe_fit import initial_weights
from rgrl.evaluate.report import Report
from rgrl.evaluate.setting_checks import require_count, require_positive
from rgrl.evaluate.split_like import SplitLike

logger = logging.getLogger(__name__)


def dmgi_probe(
    embeddings: Any,
    labels: Any,
    split: SplitLike,
    *,
    repeats: int = 50,
    steps: int = 50,
    lr: float = 0.01,
    seed: int = 0,
) -> Report:
    """F1 on one fixed split, over classifiers that differ in their initial weights.

    The protocol of DMGI (Park et al. 2020): raw embeddings, Xavier-uniform weights, zero biases, Adam
    (β 0.9, 0.999; ε 1e-8) without weight decay, full batch, mean cross-entropy. After every step validation
    and test rows are scored; a repeat counts with the test score of the step of best validation score, the
    earliest of equals, chosen for macro- and micro-F1 each by itself. All repeats are trained at once.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`; of
            sparse ones the used rows are made dense. Computed in float32 on the tensor's device.
        labels: Class of every node, integers ``[N]``; nodes outside the split may have -1.
        split: An object with ``train``, ``val`` and ``test`` rows.
        repeats: Classifiers.
        steps: Full-batch updates.
        lr: Adam's step size.
        seed: Seed of the initial weights.

    Returns:
        ``macro_f1`` and ``micro_f1`` on the test rows, 0 to 1, with ``val_macro_f1`` and ``val_micro_f1`` by
        which they were chosen; one score a repeat.

    Raises:
        ConfigError: If a setting is out of range.
        DataError: If embeddings, labels and split do not fit together or cannot be used, or the train rows
            have one class only.

    Example:
        >>> from types import SimpleNamespace
        >>> labels = torch.arange(12) % 3
        >>> split = SimpleNamespace(train=range(6), val=range(6, 9), test=range(9, 12))
        >>> dmgi_probe(torch.eye(3)[labels].repeat(1, 30), labels, split, repeats=4).scores["macro_f1"]
        (1.0, 1.0, 1.0, 1.0)
    """
    require_count("repeats", repeats)
    require_count("steps", steps)
    require_positive("lr", lr)
    features = checked_embeddings(embeddings)
    parts = checked_splits([split], features.shape[0])[0]
    classes, count = checked_labels(labels, features.shape[0], [parts], None)
    if np.unique(classes[parts[0]]).size < 2:
        raise DataError(f"the train rows are all of class {classes[parts[0][0]]}: at least 2 are needed")
    designs = [F.pad(dense_rows(features, part), (0, 1), value=1.0) for part in parts]
    targets = [torch.from_numpy(classes[part]).to(designs[0].device) for part in parts]
    weights = initial_weights([parts[0]] * repeats, num_classes=count, width=features.shape[1], seed=seed)
    with torch.no_grad():
        val, test = _curves(designs, targets, weights.to(designs[0].device), steps=steps, lr=lr)
        best, step = _first_best(val)
        chosen = test.gather(0, step)[0]
    report = Report(
        "dmgi_probe",
        {
            "macro_f1": tuple(chosen[1].tolist()),
            "micro_f1": tuple(chosen[0].tolist()),
            "val_macro_f1": tuple(best[0, 1].tolist()),
            "val_micro_f1": tuple(best[0, 0].tolist()),
        },
    )
    logger.debug("%s", report)
    return report


def _curves(
    designs: list[Tensor], targets: list[Tensor], weights: Tensor, *, steps: int, lr: float
) -> tuple[Tensor, Tensor]:
    """Micro- and macro-F1 after every step, on validation and test rows, ``[steps, 2, R]`` each.

    Args:
        designs: Train, validation and test embeddings, each ending in a constant 1, ``[n, d + 1]``.
        targets: Their classes, ``[n]``.
        weights: Initial weights ``[R, C, d + 1]``; changed.
        steps: Updates.
        lr: Step size.
    """
    repeats, classes, width = weights.shape
    flat = weights.view(repeats * classes, width)
    adam = BatchedAdam(flat, lr=lr, weight_decay=0.0)
    truth = F.one_hot(targets[0], classes).T.to(weights.dtype)
    curves: list[list[Tensor]] = [[], []]
    for _ in range(steps):
        scores = (flat @ designs[0].T).view(repeats, classes, -1)
        residual = torch.softmax(scores, dim=1).sub_(truth)
        adam.step(residual.view(repeats * classes, -1) @ designs[0] / truth.shape[1])
        for curve, design, target in zip(curves, designs[1:], targets[1:], strict=True):
            predicted = (flat @ design.T).view(repeats, classes, -1).max(dim=1).indices
            curve.append(_f1(predicted, target, classes))
    return torch.stack(curves[0]), torch.stack(curves[1])


def _f1(predicted: Tensor, target: Tensor, classes: int) -> Tensor:
    """Micro- and macro-F1 ``[2, R]`` of predictions ``[R, n]``."""
    repeats = predicted.shape[0]
    place = predicted + classes * torch.arange(repeats, device=predicted.device)[:, None]

    def count(places: Tensor) -> Tensor:
        return torch.bincount(places.flatten(), minlength=repeats * classes).view(repeats, classes)

    hits = count(place[predicted == target])
    actual = torch.bincount(target, minlength=classes).expand(repeats, classes)
    return torch.stack(f1_scores(hits, count(place), actual, absent_count=False))


def _first_best(curve: Tensor) -> tuple[Tensor, Tensor]:
    """Largest value along the first dimension, kept, and the first place where it stands."""
    best = curve.amax(dim=0, keepdim=True)
    return best, (curve == best).int().argmax(dim=0, keepdim=True)
