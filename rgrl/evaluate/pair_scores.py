"""Scores of pairs of nodes, from their embeddings alone."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.products import Embeddings

FloatArray: TypeAlias = npt.NDArray[np.floating]

_CHUNK_ENTRIES = 1 << 20


def weighted_dot(
    embeddings: Embeddings, pairs: IntArray, weight: npt.NDArray[np.float64] | None = None
) -> FloatArray:
    """``Σ_j w_j z_uj z_vj`` of every pair, float64 ``[m]``; chunk by chunk.

    It is the dot product without weights, and with a classifier's the decision on Hadamard products, less
    its bias. Both directions of a pair score the same.

    Args:
        embeddings: z, ``[N, d]``, float32.
        pairs: ``[2, m]``.
        weight: w, ``[d]``.

    Example:
        >>> weighted_dot(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), np.array([[0], [1]]), np.array([1.0, 10.0]))
        array([83.])
    """
    rows = max(1, _CHUNK_ENTRIES // embeddings.shape[1])
    scores = [np.empty(0)]
    for start in range(0, pairs.shape[1], rows):
        u, v = pairs[:, start : start + rows]
        if isinstance(embeddings, Tensor):
            product = embeddings[torch.from_numpy(u)].double() * embeddings[torch.from_numpy(v)].double()
            if weight is not None:
                product *= torch.from_numpy(weight).to(product.device)
            scores.append(product.sum(dim=1).cpu().numpy())
        else:
            product = embeddings[u].astype(np.float64).multiply(embeddings[v]).tocsr()
            scores.append(product @ (np.ones(embeddings.shape[1]) if weight is None else weight))
    return np.concatenate(scores)


def cosine(embeddings: Embeddings, pairs: IntArray) -> FloatArray:
    """Cosine of the angle of every pair, float32 ``[m]``; 0 beside a zero vector.

    Args:
        embeddings: ``[N, d]``, float32.
        pairs: ``[2, m]``.

    Example:
        >>> cosine(torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 0.0]]), np.array([[0, 0], [1, 2]])).tolist()
        [1.0, 0.0]
    """
    everyone = np.arange(embeddings.shape[0])
    squares = weighted_dot(embeddings, np.stack([everyone, everyone]))
    lengths = np.sqrt(squares[pairs[0]] * squares[pairs[1]])
    # Rounding to single precision makes ties of what differs by rounding alone, such as parallel vectors.
    return (weighted_dot(embeddings, pairs) / np.where(lengths > 0, lengths, 1)).astype(np.float32)
