"""Embeddings of length one."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional as F


def unit_rows(embeddings: Tensor | sparse.csr_matrix) -> Tensor | sparse.csr_matrix:
    """Rows ``[N, d]`` divided by their Euclidean length; a row of zeros stays one.

    Args:
        embeddings: As `checked_embeddings` returns them; left as they are.

    Example:
        >>> unit_rows(torch.tensor([[3.0, 4.0], [0.0, 0.0]])).tolist()
        [[0.6..., 0.8...], [0.0, 0.0]]
    """
    if isinstance(embeddings, Tensor):
        largest = embeddings.abs().amax(dim=1, keepdim=True)  # squares of 1e18 would overflow
        return F.normalize(embeddings / torch.where(largest > 0, largest, 1.0), dim=1)
    row = np.repeat(np.arange(embeddings.shape[0]), np.diff(embeddings.indptr))
    values = embeddings.data.astype(np.float64)
    length = np.sqrt(np.bincount(row, values**2, minlength=embeddings.shape[0]))
    length[length == 0] = 1
    values = (values / length[row]).astype(np.float32)
    return sparse.csr_matrix((values, embeddings.indices, embeddings.indptr), shape=embeddings.shape)
