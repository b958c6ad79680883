"""Dot products of rows that may be sparse."""

from __future__ import annotations

from typing import TypeAlias

import torch
from scipy import sparse
from torch import Tensor

Embeddings: TypeAlias = Tensor | sparse.csr_matrix


def products(rows: Embeddings, others: Embeddings) -> Tensor:
    """All products of rows ``[q, d]`` with others ``[n, d]``, both sparse or both dense, ``[q, n]``.

    Example:
        >>> products(torch.eye(2), torch.tensor([[3.0, 4.0]])).tolist()
        [[3.0], [4.0]]
    """
    if isinstance(rows, Tensor):
        return rows @ others.T
    return torch.from_numpy((rows @ others.T).toarray())
