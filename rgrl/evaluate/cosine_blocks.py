"""Every query against every other row, without a matrix of all pairs."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.products import Embeddings, products

# Similarities of one block of queries.
_BLOCK_BYTES = 32 << 20


def cosine_blocks(points: Embeddings, queries: IntArray) -> Iterator[tuple[slice, Tensor]]:
    """Yield the cosines ``[q, N]`` of a block of queries with all points, and which queries they are.

    A query's cosine with itself is minus infinity.

    Args:
        points: Rows of length 1, ``[N, d]``.
        queries: Their numbers, ``[n]``.

    Example:
        >>> import numpy as np
        >>> [(part, cosine)] = cosine_blocks(torch.eye(2), np.array([1]))
        >>> part, cosine.tolist()
        (slice(0, 1, None), [[0.0, -inf]])
    """
    step = max(1, _BLOCK_BYTES // (4 * points.shape[0]))
    for start in range(0, queries.size, step):
        block = queries[start : start + step]
        if isinstance(points, Tensor):
            own = torch.from_numpy(block).to(points.device)
            cosine = products(points[own], points)
        else:
            own = torch.from_numpy(block)
            cosine = products(points[block], points)
        cosine[torch.arange(block.size, device=own.device), own] = -torch.inf
        yield slice(start, start + block.size), cosine
