"""The nodes that are most alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError
from rgrl.evaluate.checks import IntArray, checked_embeddings, checked_rows
from rgrl.evaluate.cosine_blocks import cosine_blocks
from rgrl.evaluate.setting_checks import require_count
from rgrl.evaluate.unit_rows import unit_rows


def nearest_neighbours(
    embeddings: Any, queries: Any = None, *, k: int = 10
) -> tuple[IntArray, npt.NDArray[np.float32]]:
    """Find the k other nodes of largest cosine, exactly; no labels are needed.

    Every query is compared with every node, a block of queries at a time. Of nodes that are as near as each
    other, any come first; a row of zeros is at cosine 0 of everything.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
            Computed in float32 on the tensor's device.
        queries: Numbers of the nodes whose neighbours are wanted, integers ``[n]``; ``None`` for all.
        k: Neighbours of each.

    Returns:
        Their numbers, int64 ``[n, k]``, nearest first, and their cosines, float32 ``[n, k]``.

    Raises:
        ConfigError: If k is below 1.
        DataError: If embeddings or queries cannot be used, or there are no more than k nodes.

    Example:
        >>> rows = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]
        >>> numbers, cosines = nearest_neighbours(rows, [0], k=2)
        >>> numbers.tolist(), cosines.round(2).tolist()
        ([[2, 1]], [[0.60..., 0.0]])
    """
    require_count("k", k)
    features = checked_embeddings(embeddings)
    nodes = features.shape[0]
    if k >= nodes:
        raise DataError(f"k is {k}: each of {nodes} nodes has {nodes - 1} others")
    chosen = np.arange(nodes) if queries is None else checked_rows(queries, "queries", nodes)
    numbers = np.empty((chosen.size, k), dtype=np.int64)
    cosines = np.empty((chosen.size, k), dtype=np.float32)
    for part, cosine in cosine_blocks(unit_rows(features), chosen):
        nearest = cosine.topk(k, dim=1)
        numbers[part], cosines[part] = nearest.indices.cpu(), nearest.values.clamp(-1, 1).cpu()
    return numbers, cosines
