"""Some rows of embeddings that may be sparse."""

from __future__ import annotations

import torch
from scipy import sparse
from torch import Tensor

from rgrl.evaluate.checks import IntArray


def dense_rows(embeddings: Tensor | sparse.csr_matrix, rows: IntArray) -> Tensor:
    """A dense copy ``[n, d]`` of rows of ``[N, d]``, on the embeddings' device.

    Example:
        >>> import numpy as np
        >>> dense_rows(torch.eye(3), np.array([2, 0])).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    if isinstance(embeddings, Tensor):
        return embeddings[torch.from_numpy(rows).to(embeddings.device)]
    return torch.from_numpy(embeddings[rows].toarray())
