"""Logistic regressions that tell edges from other pairs by the Hadamard product of their ends."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.logistic_batched import WIDEST_BATCHED, curvature_of, fit_strength
from rgrl.evaluate.logistic_sklearn import fit_quietly
from rgrl.evaluate.standardise import standardise

logger = logging.getLogger(__name__)

Weights: TypeAlias = npt.NDArray[np.float64]

# Products that stand in memory at a time, 256 MB. More pairs teach d + 1 numbers nothing.
_MOST_ENTRIES = 1 << 26
_ROWS, _COLUMNS = 4096, 64


def hadamard_path(
    embeddings: Tensor | sparse.csr_matrix,
    positive: IntArray,
    negative: IntArray,
    path: Sequence[float],
    *,
    tolerance: float,
    max_iter: int,
    draw: np.random.RandomState,
) -> list[Weights]:
    """Fit one L2-regularised logistic regression of ``z_u ⊙ z_v`` for each strength.

    The objective and the solvers are those of :func:`rgrl.evaluate.logistic_regression` with two classes. Of
    dense embeddings at most as many pairs are used as fit into 2²⁶ products, drawn at random.

    Args:
        embeddings: z, ``[N, d]``, float32.
        positive: Edges, ``[2, P]``.
        negative: Other pairs, ``[2, Q]``.
        path: Strengths, the strongest first.
        tolerance: Largest entry of the gradient at rest.
        max_iter: Most L-BFGS iterations of a fit.
        draw: Chooses the pairs where there are too many.

    Returns:
        For each strength the weights ``[d]`` on raw products; the bias is left out, it changes no ranking.
    """
    width = embeddings.shape[1]
    if isinstance(embeddings, Tensor):
        most = max(1, _MOST_ENTRIES // (2 * width + 2))
        positive, negative = _at_most(most, positive, draw), _at_most(most, negative, draw)
    pairs = np.concatenate([positive, negative], axis=1)
    is_edge = np.arange(pairs.shape[1]) < positive.shape[1]
    if isinstance(embeddings, Tensor) and width <= WIDEST_BATCHED:
        fits = _fit_batched(embeddings, pairs, is_edge, path, tolerance=tolerance, max_iter=max_iter)
    else:
        fits = _fit_sklearn(embeddings, pairs, is_edge, path, tolerance=tolerance, max_iter=max_iter)
    for strength, (_, converged) in zip(path, fits, strict=True):
        if not converged:
            logger.warning("the regression of Hadamard products did not converge at strength %g", strength)
    return [weights for weights, _ in fits]


def _fit_batched(
    embeddings: Tensor,
    pairs: IntArray,
    is_edge: npt.NDArray[np.bool_],
    path: Sequence[float],
    *,
    tolerance: float,
    max_iter: int,
) -> list[tuple[Weights, bool]]:
    width, count = embeddings.shape[1], pairs.shape[1]
    design = embeddings.new_ones(1, count, width + 1)
    for start in range(0, count, _ROWS):
        rows = slice(start, start + _ROWS)
        torch.mul(*_ends(embeddings, pairs[:, rows]), out=design[0, rows, :width])
    # In slices of columns, since the moments are taken in double precision.
    slices = [slice(start, min(start + _COLUMNS, width)) for start in range(0, width, _COLUMNS)]
    deviation = torch.cat([standardise(design[0, :, part])[1] for part in slices]).double()
    label = torch.from_numpy(is_edge).to(embeddings.device)
    target = torch.stack([~label, label])[None].to(design.dtype)
    share = design.new_full((1, 1, 1), 1 / count)
    curvature = curvature_of(design, share)
    offset, weights = design.new_zeros(1, 2, 1), design.new_zeros(1, 2, width + 1)
    fits = []
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
        slope = (weights[0, 1, :width] - weights[0, 0, :width]).double() / deviation
        fits.append((slope.cpu().numpy(), bool(converged[0])))
    return fits


def _fit_sklearn(
    embeddings: Tensor | sparse.csr_matrix,
    pairs: IntArray,
    is_edge: npt.NDArray[np.bool_],
    path: Sequence[float],
    *,
    tolerance: float,
    max_iter: int,
) -> list[tuple[Weights, bool]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if isinstance(embeddings, Tensor):
        u, v = _ends(embeddings, pairs)
        products = (u * v).cpu().numpy()
    else:
        products = embeddings[pairs[0]].multiply(embeddings[pairs[1]]).tocsr()
    scaler = StandardScaler(with_mean=not sparse.issparse(products), copy=False)
    rows = scaler.fit_transform(products.astype(np.float64))
    model = LogisticRegression(solver="lbfgs", max_iter=max_iter, tol=tolerance, warm_start=True)
    fits = []
    for strength in path:
        # A softmax over two classes has two weight vectors: half the penalty on their difference.
        model.C = 2 / (strength * is_edge.size)
        converged = fit_quietly(model, rows, is_edge.astype(np.int64))
        fits.append((model.coef_[0] / scaler.scale_, converged))
    return fits


def _ends(embeddings: Tensor, pairs: IntArray) -> tuple[Tensor, Tensor]:
    u, v = (torch.from_numpy(end).to(embeddings.device) for end in pairs)
    return embeddings[u], embeddings[v]


def _at_most(most: int, pairs: IntArray, draw: np.random.RandomState) -> IntArray:
    count = pairs.shape[1]
    return pairs if count <= most else pairs[:, np.sort(draw.permutation(count)[:most])]
