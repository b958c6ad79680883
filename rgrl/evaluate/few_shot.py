"""Classification from a handful of labelled nodes a class."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.checks import IntArray, checked_classes, checked_embeddings
from rgrl.evaluate.dense_rows import dense_rows
from rgrl.evaluate.logistic_batched import curvature_of, fit_strength
from rgrl.evaluate.probe_predict import predict
from rgrl.evaluate.report import Report
from rgrl.evaluate.setting_checks import require_count, require_positive
from rgrl.evaluate.unit_rows import unit_rows

logger = logging.getLogger(__name__)

_BLOCK_BYTES = 64 << 20
_TOLERANCE = 1e-5
_MAX_ITER = 1000


def few_shot(
    embeddings: Any,
    labels: Any,
    *,
    shots: Sequence[int] = (1, 3, 5, 10),
    draws: int = 50,
    strength: float = 1.0,
    seed: int = 0,
) -> Report:
    """Accuracy of a softmax classifier that was shown k nodes of every class.

    For each k, ``draws`` times, k nodes of every class are drawn, a logistic regression is fitted to
    convergence on their embeddings, and all other labelled nodes are classified. The embeddings are brought
    to length 1, and the fit minimises the summed cross-entropy plus ``strength / 2`` times the squared norm
    of the weights, biases left out: the protocol of Tian et al. (2020), "Rethinking few-shot image
    classification", whose strength is scikit-learn's default of 1. There are no nodes to choose it by.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
            Computed in float32 on the tensor's device.
        labels: Class of every node, integers ``[N]``, -1 for unknown; such nodes are left out.
        shots: Numbers k of nodes a class.
        draws: Repetitions for each k.
        strength: L2 strength, the inverse of scikit-learn's C.
        seed: Seed of the draws; those of one k do not depend on the other ks.

    Returns:
        Accuracy of every draw, 0 to 1, under ``1-shot``, ``3-shot``, ...

    Raises:
        ConfigError: If there is no k, or a setting is out of range.
        DataError: If embeddings and labels do not fit together, or a class has no more than k nodes.

    Example:
        >>> labels = torch.arange(12) % 3
        >>> print(few_shot(torch.eye(3)[labels], labels, shots=(1, 2), draws=4))
        few_shot: 1-shot 1.0000 ± 0.0000, 2-shot 1.0000 ± 0.0000 (4 repetitions)
    """
    if len(shots) == 0:
        raise ConfigError("shots is empty: at least one number of nodes a class is needed")
    for k in shots:
        require_count("shots", k)
    require_count("draws", draws)
    require_positive("strength", strength)
    require_count("seed", seed, least=0)
    features = unit_rows(checked_embeddings(embeddings))
    classes = checked_classes(labels, features.shape[0])
    names, counts = np.unique(classes[classes >= 0], return_counts=True)
    if counts.min() <= max(shots):
        raise DataError(
            f"class {names[counts.argmin()]} has {counts.min()} nodes: {max(shots)} shots and "
            f"1 node to classify, so {max(shots) + 1} or more, are needed"
        )
    members = [np.flatnonzero(classes == name) for name in names]
    known = np.flatnonzero(classes >= 0)
    target = np.searchsorted(names, classes[known])
    scores = {}
    with torch.no_grad():
        for k in shots:
            train = _draw(members, k, draws=draws, seed=seed)
            scores[f"{k}-shot"] = _accuracies(features, train, known, target, strength)
    report = Report("few_shot", scores)
    logger.debug("%s", report)
    return report


def _draw(members: Sequence[IntArray], k: int, *, draws: int, seed: int) -> IntArray:
    """Rows of k nodes of every class, class by class, ``[draws, C * k]``."""
    rng = np.random.default_rng((seed, k))
    return np.stack(
        [np.concatenate([rng.choice(nodes, k, replace=False) for nodes in members]) for _ in range(draws)]
    )


def _accuracies(
    features: Tensor | sparse.csr_matrix,
    train: IntArray,
    known: IntArray,
    target: IntArray,
    strength: float,
) -> tuple[float, ...]:
    """Share of right answers of every draw, among the known nodes that it did not train on.

    Args:
        features: ``[N, d]``.
        train: Rows of every draw ``[D, C * k]``, class by class.
        known: The labelled rows ``[n]``.
        target: Their class, from 0 ``[n]``.
        strength: L2 strength beside the summed cross-entropy.
    """
    shown, width = train.shape[1], features.shape[1]
    num_classes = int(target.max()) + 1
    draw_bytes = 8 * shown * width + 40 * min(shown, width) ** 2 + 9 * features.shape[0]
    block = max(1, _BLOCK_BYTES // draw_bytes)
    accuracies: list[float] = []
    for start in range(0, train.shape[0], block):
        rows = train[start : start + block]
        points = dense_rows(features, rows.ravel()).view(*rows.shape, width)
        predicted = predict(features, _fit(points, num_classes, strength)).cpu().numpy()
        for answer, seen in zip(predicted, rows, strict=True):
            others = ~np.isin(known, seen)
            accuracies.append(float(np.mean(answer[known[others]] == target[others])))
    return tuple(accuracies)


def _fit(points: Tensor, num_classes: int, strength: float) -> Tensor:
    """Classifiers ``[D, C, d + 1]``, the bias last, of points ``[D, C * k, d]`` that come class by class.

    The best weights are combinations of the points. Where these are fewer than dimensions, the fit takes
    their coordinates in an orthonormal basis of what they span, which changes neither products nor norms.
    """
    draws, shown, width = points.shape
    basis = None
    if shown < width:
        basis, coordinates = torch.linalg.qr(points.transpose(1, 2))
        points = coordinates.transpose(1, 2)
    design = F.pad(points, (0, 1), value=1.0)
    target = torch.eye(num_classes, device=points.device).repeat_interleave(shown // num_classes, dim=1)
    share = points.new_full((draws, 1, 1), 1 / shown)
    weights, converged = fit_strength(
        design,
        curvature_of(design, share),
        target.expand(draws, -1, -1),
        share,
        points.new_zeros(draws, num_classes, 1),
        points.new_zeros(draws, num_classes, design.shape[2]),
        strength / shown,
        tolerance=_TOLERANCE,
        max_iter=_MAX_ITER,
    )
    if not bool(converged.all()):
        logger.warning("few_shot: %d of %d fits did not converge", int((~converged).sum()), draws)
    if basis is None:
        return weights
    return torch.cat([weights[:, :, :-1] @ basis.transpose(1, 2), weights[:, :, -1:]], dim=2)
