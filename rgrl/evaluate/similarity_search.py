"""Whether a node's nearest neighbours are of its class."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.checks import checked_classes, checked_embeddings, checked_rows
from rgrl.evaluate.cosine_blocks import cosine_blocks
from rgrl.evaluate.report import Report
from rgrl.evaluate.setting_checks import require_count
from rgrl.evaluate.unit_rows import unit_rows

logger = logging.getLogger(__name__)

# Cosines in float32 that are nearer than this may be equal.
_TIE = 1e-6


def similarity_search(
    embeddings: Any, labels: Any, *, ks: Sequence[int] = (5, 10), rows: Any = None
) -> Report:
    """Sim@k: the share of a node's k nearest other nodes, by cosine, that have its label.

    The protocol of AFGRL (Lee et al. 2022) and DMGI (Park et al. 2020). Every query is compared with every
    candidate, a chunk of queries at a time. Candidates that are as near as the k-th, within rounding, share
    the places that nearer ones leave, so that the order of the nodes does not matter; a row of zeros is at
    cosine 0 of everything.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
            Computed in float32 on the tensor's device.
        labels: Class of every node, integers ``[N]``, -1 for unknown; such nodes are neither queries nor
            candidates.
        ks: Numbers of neighbours.
        rows: The nodes that are queries and candidates, integers ``[n]``, none twice; None for all.

    Returns:
        Metrics ``sim@5``, ..., each the mean over the queries, in one repetition.

    Raises:
        ConfigError: If there is no k, or one is below 1.
        DataError: If embeddings, labels and rows do not fit together, or there are no more than k nodes.

    Example:
        >>> labels = torch.arange(12) % 3
        >>> print(similarity_search(torch.eye(3)[labels], labels, ks=(2, 6)))
        similarity_search: sim@2 1.0000, sim@6 0.5000 (1 repetition)
    """
    if len(ks) == 0:
        raise ConfigError("ks is empty: at least one number of neighbours is needed")
    for k in ks:
        require_count("k", k)
    features = checked_embeddings(embeddings)
    nodes = features.shape[0]
    classes = checked_classes(labels, nodes)
    chosen = np.arange(nodes) if rows is None else checked_rows(rows, "rows", nodes)
    if np.unique(chosen).size < chosen.size:
        raise DataError(f"rows name {chosen.size - np.unique(chosen).size} nodes twice: once is needed")
    chosen = chosen[classes[chosen] >= 0]
    if max(ks) >= chosen.size:
        raise DataError(
            f"k is {max(ks)}, but {chosen.size} nodes with a label can be searched: "
            f"1 to {chosen.size - 1} are accepted"
        )
    device = features.device if isinstance(features, Tensor) else torch.device("cpu")
    index = torch.from_numpy(chosen).to(device)
    points = unit_rows(features[index] if isinstance(features, Tensor) else features[chosen])
    target = torch.from_numpy(classes).to(device)[index]
    sums = dict.fromkeys(ks, 0.0)
    for part, cosine in cosine_blocks(points, np.arange(chosen.size)):
        query = target[part]
        value, nearest = cosine.topk(max(ks) + 1, dim=1)
        same = target[nearest] == query[:, None]
        for k in sums:
            share = same[:, :k].double().mean(dim=1)
            tied = (value[:, k - 1] - value[:, k] <= _TIE).nonzero()[:, 0]
            if tied.numel():
                share[tied] = _shared(cosine[tied], target == query[tied, None], value[tied, k - 1], k)
            sums[k] += float(share.sum())
    report = Report("similarity_search", {f"sim@{k}": (total / chosen.size,) for k, total in sums.items()})
    logger.debug("%s", report)
    return report


def _shared(cosine: Tensor, same: Tensor, last: Tensor, k: int) -> Tensor:
    """Share of each query's label among its k nearest, where those tied for the last places share them.

    Args:
        cosine: ``[q, n]``.
        same: Whether a candidate has the query's label, ``[q, n]``.
        last: Cosine of the k-th, ``[q]``.
        k: Number of places.
    """
    nearer = cosine > last[:, None] + _TIE
    tied = (cosine >= last[:, None] - _TIE) & ~nearer
    left = k - nearer.sum(dim=1)
    return ((nearer & same).sum(dim=1) + left * (tied & same).sum(dim=1).double() / tied.sum(dim=1)) / k
