"""Predictions of many linear classifiers at once, and their accuracies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.probe_report import ProbeReport

_CHUNK_ROWS = 2048


def predict(embeddings: Tensor | sparse.csr_matrix, weights: Tensor) -> Tensor:
    """Class of the largest score for every split and row, ``[S, N]``; the first of equals.

    Args:
        embeddings: ``[N, d]``.
        weights: ``[S, C, d + 1]``, the bias in the last column.
    """
    splits, classes, width = weights.shape
    weight = weights[:, :, : width - 1].reshape(splits * classes, width - 1)
    bias = weights[:, :, width - 1].reshape(splits * classes, 1)
    chunks = []
    for start in range(0, embeddings.shape[0], _CHUNK_ROWS):
        rows = embeddings[start : start + _CHUNK_ROWS]
        if isinstance(rows, Tensor):
            scores = torch.addmm(bias, weight, rows.T)
        else:
            product = np.ascontiguousarray((rows @ weight.T.cpu().numpy()).T)
            scores = torch.from_numpy(product).to(bias.device) + bias
        chunks.append(scores.view(splits, classes, -1).max(dim=1).indices)  # faster than argmax
    return torch.cat(chunks, dim=1)


def score(
    predictions: Tensor, labels: IntArray, splits: Sequence[tuple[IntArray, IntArray, IntArray]]
) -> ProbeReport:
    """Accuracy in per cent of each split's predictions ``[S, N]`` on its validation and test rows."""
    correct = predictions.cpu().numpy() == labels
    return ProbeReport(
        val=tuple(100 * float(row[val].mean()) for row, (_, val, _) in zip(correct, splits, strict=True)),
        test=tuple(100 * float(row[test].mean()) for row, (_, _, test) in zip(correct, splits, strict=True)),
    )
