"""Logistic regressions of many splits on dense embeddings, as one batched problem.

Scikit-learn takes one split and one strength at a time, which is over twenty times slower on 18,333 nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from rgrl.evaluate.batched_lbfgs import batched_lbfgs
from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.logistic_fit import LogisticFit
from rgrl.evaluate.predict_all import predict_all
from rgrl.evaluate.probe_design import block_size, gather, padded_classes
from rgrl.evaluate.standardise import standardise

# Score of a class without a train row: its probability is exactly zero, as if the class did not exist.
_ABSENT = -1e4

#: Wider features pay more for the preconditioner of :func:`fit_strength` than it saves.
WIDEST_BATCHED = 1024


def fit_dense_path(
    embeddings: Tensor,
    labels: Tensor,
    rows: Sequence[tuple[IntArray, IntArray, IntArray]],
    path: Sequence[float],
    *,
    num_classes: int,
    tolerance: float,
    max_iter: int,
    predictions: bool = False,
) -> list[LogisticFit]:
    """Fit every split along the path of strengths; validation chooses, the earlier of equals.

    Args:
        embeddings: ``[N, d]``, float32.
        labels: ``[N]``, int64, on the same device.
        rows: Train, validation and test rows of every split.
        path: Strengths, the strongest first.
        num_classes: Number of classes, ``C``.
        tolerance: Largest entry of the preconditioned gradient at rest.
        max_iter: Most L-BFGS iterations of a fit.
        predictions: Whether to keep the class of every node.
    """
    longest = max(train.size for train, _, _ in rows)
    num_classes = padded_classes(num_classes)  # those added are absent from every split
    block = block_size(longest, embeddings.shape[1], num_classes, embeddings.device)
    fits: list[LogisticFit] = []
    for start in range(0, len(rows), block):
        parts = rows[start : start + block]
        design, target, share = gather(embeddings, labels, [part[0] for part in parts], longest, num_classes)
        moments = [standardise(x[: part[0].size, :-1]) for x, part in zip(design, parts, strict=True)]
        offset = torch.where(target.any(dim=2, keepdim=True), 0.0, _ABSENT)
        curvature = curvature_of(design, share)
        weights = design.new_zeros(len(parts), num_classes, design.shape[2])
        best: list[tuple[float, float, bool, Tensor] | None] = [None] * len(parts)
        for strength in path:
            weights, converged = fit_strength(
                design,
                curvature,
                target,
                share,
                offset,
                weights,
                strength,
                tolerance=tolerance,
                max_iter=max_iter,
            )
            for i, (_, val, _) in enumerate(parts):
                scored = weights[i].clone()
                scored[:, -1:] += offset[i]
                accuracy = _accuracy(labels, val, _predicted(embeddings, val, moments[i], scored))
                previous = best[i]
                if previous is None or accuracy > previous[0]:
                    best[i] = (accuracy, strength, bool(converged[i]), scored)
        for (_, val, test), moment, chosen in zip(parts, moments, best, strict=True):
            assert chosen is not None
            accuracy, strength, at_rest, scored = chosen
            predict = partial(_predicted, embeddings, moments=moment, weights=scored)
            test_accuracy = _accuracy(labels, test, predict(test))
            found = None
            if predictions:
                found = predict_all(
                    predict, (val, test), num_nodes=embeddings.shape[0], num_classes=num_classes
                )
            fits.append(LogisticFit(accuracy, test_accuracy, strength, at_rest, found))
    return fits


def curvature_of(design: Tensor, share: Tensor) -> Tensor:
    """XᵀX / 2n of every split, float64 ``[s, d + 1, d + 1]``."""
    return torch.bmm(design.transpose(1, 2), design).double() * (share.double() / 2)


def fit_strength(
    design: Tensor,
    curvature: Tensor,
    target: Tensor,
    share: Tensor,
    offset: Tensor,
    weights: Tensor,
    strength: float,
    *,
    tolerance: float,
    max_iter: int,
) -> tuple[Tensor, Tensor]:
    """Minimise mean cross-entropy + strength/2 ‖W‖² from the given weights ``[s, C, d + 1]``, biases free.

    The softmax's Hessian is nowhere above M = XᵀX / 2n + strength (Böhning 1992), of which ``curvature`` is
    the first part. In the coordinates V = W L, M = L Lᵀ, correlated features
    cost no more iterations than independent ones.
    """
    penalty = torch.full_like(design[0, 0], strength)
    penalty[-1] = 0
    transposed = design.transpose(1, 2)
    bound = curvature + torch.diag(penalty).double()
    factor = torch.linalg.cholesky(bound)
    identity = torch.eye(bound.shape[1], dtype=bound.dtype, device=bound.device).expand_as(bound)
    inverse = torch.linalg.solve_triangular(factor, identity, upper=False).to(design.dtype)
    inverse_transposed = inverse.transpose(1, 2)

    def gradient(point: Tensor) -> Tensor:
        weight = torch.bmm(point.view_as(weights), inverse)
        weight[..., -1:] += offset  # a bias, which the penalty below leaves out
        residual = torch.softmax(torch.bmm(weight, transposed), dim=1).sub_(target)
        slope = torch.bmm(residual, design).mul_(share).addcmul_(weight, penalty)
        return torch.bmm(slope, inverse_transposed).flatten(1)

    start = torch.bmm(weights, factor.to(design.dtype)).flatten(1)
    point, converged = batched_lbfgs(gradient, start, tolerance=tolerance, max_iter=max_iter)
    return torch.bmm(point.view_as(weights), inverse), converged


def _predicted(embeddings: Tensor, rows: IntArray, moments: tuple[Tensor, Tensor], weights: Tensor) -> Tensor:
    """Class of the largest score of some rows, ``[n]``."""
    index = torch.from_numpy(rows).to(embeddings.device)
    mean, deviation = moments
    scaled = embeddings[index].sub_(mean).div_(deviation)
    return torch.addmm(weights[:, -1:], weights[:, :-1], scaled.T).max(dim=0).indices


def _accuracy(labels: Tensor, rows: IntArray, predicted: Tensor) -> float:
    """Per cent of the rows whose label was predicted."""
    wanted = labels[torch.from_numpy(rows).to(labels.device)]
    return 100 * float((predicted == wanted).double().mean())
