"""The classes of the nearest training embeddings, as a vote."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.part_checks import checked_part, require_one_width
from rgrl.evaluate.products import Embeddings, products
from rgrl.evaluate.report import Report
from rgrl.evaluate.setting_checks import require_count, require_positive
from rgrl.evaluate.unit_rows import unit_rows

logger = logging.getLogger(__name__)

# Similarities of one chunk of test rows.
_CHUNK_BYTES = 32 << 20

# Cosines in float32 that are nearer than this may be equal.
_TIE = 1e-6


def knn(
    train_embeddings: Any,
    train_labels: Any,
    test_embeddings: Any,
    test_labels: Any,
    *,
    ks: Sequence[int] = (200,),
    temperature: float = 0.1,
) -> Report:
    """Accuracy of the weighted vote of the k nearest training rows (Wu et al., CVPR 2018).

    A training row at cosine c votes for its class with weight ``exp(c / τ)``. Every test row is compared
    with every training row, a chunk of test rows at a time. Rows that are as near as the k-th, within
    rounding, share the places that nearer ones leave, so that the order of the training rows does not matter;
    of classes with as many votes the first one is predicted. There is nothing to fit and no randomness.

    Args:
        train_embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or
            `SparseFeatures`; sparse ones stay so where both parts are. Computed in float32 on the tensor's
            device.
        train_labels: Integers ``[N]``, 0 and up.
        test_embeddings: ``[n, d]``.
        test_labels: Integers ``[n]``.
        ks: Numbers of neighbours; 200 is usual, 20 for sets of a few thousand.
        temperature: τ, above 0.

    Returns:
        Metrics ``accuracy@200``, ..., in one repetition.

    Raises:
        ConfigError: If there is no k, one is below 1, or the temperature not above 0.
        DataError: If the parts do not fit together, or there are fewer than k training rows.

    Example:
        >>> rows, labels = torch.eye(3).repeat(4, 1), torch.arange(3).repeat(4)
        >>> print(knn(rows, labels, rows, labels, ks=(4,)))
        knn: accuracy@4 1.0000 (1 repetition)
    """
    if len(ks) == 0:
        raise ConfigError("ks is empty: at least one number of neighbours is needed")
    for k in ks:
        require_count("k", k)
    require_positive("temperature", temperature)
    train, classes = checked_part(train_embeddings, train_labels, "train")
    test, wanted = checked_part(test_embeddings, test_labels, "test")
    require_one_width(train, test)
    if max(ks) > train.shape[0]:
        raise DataError(
            f"k is {max(ks)}, but there are {train.shape[0]} train rows: so many are accepted at most"
        )
    candidates, queries = _alike(unit_rows(train), unit_rows(test))
    device = candidates.device if isinstance(candidates, Tensor) else torch.device("cpu")
    label, target = torch.from_numpy(classes).to(device), torch.from_numpy(wanted).to(device)
    count = int(max(classes.max(), wanted.max())) + 1
    hits = dict.fromkeys(ks, 0)
    step = max(1, _CHUNK_BYTES // (4 * candidates.shape[0]))
    for start in range(0, len(target), step):
        cosine, own = products(queries[start : start + step], candidates), target[start : start + step]
        nearest = cosine.topk(min(max(ks) + 1, cosine.shape[1]), dim=1)
        for k in hits:
            votes = _votes(cosine, nearest.values, nearest.indices, label, k, temperature, count)
            hits[k] += int((votes.argmax(dim=1) == own).sum())
    report = Report("knn", {f"accuracy@{k}": (hit / len(target),) for k, hit in hits.items()})
    logger.debug("%s", report)
    return report


def _alike(train: Embeddings, test: Embeddings) -> tuple[Embeddings, Embeddings]:
    """Both sparse, or both dense on the train part's device, or the test part's where only that has one."""
    if not isinstance(train, Tensor) and not isinstance(test, Tensor):
        return train, test
    device = next(part.device for part in (train, test) if isinstance(part, Tensor))
    dense = (part if isinstance(part, Tensor) else torch.from_numpy(part.toarray()) for part in (train, test))
    first, second = (part.to(device) for part in dense)
    return first, second


def _votes(
    cosine: Tensor, value: Tensor, nearest: Tensor, label: Tensor, k: int, temperature: float, classes: int
) -> Tensor:
    """Votes for each class ``[q, C]`` of the k nearest.

    Args:
        cosine: ``[q, N]``.
        value: The largest cosines in falling order, at least k and one more where there is one.
        nearest: Whose they are.
        label: Class of every training row, ``[N]``.
        k: Number of places.
        temperature: τ.
        classes: C.
    """
    top = value[:, :1]  # the nearest one's, so that no exponential overflows
    weight = ((value[:, :k] - top) / temperature).exp()
    votes = weight.new_zeros(value.shape[0], classes).scatter_add_(1, label[nearest[:, :k]], weight)
    if k == value.shape[1]:
        return votes
    tied = (value[:, k - 1] - value[:, k] <= _TIE).nonzero()[:, 0]
    if tied.numel():
        every, last = cosine[tied], value[tied, k - 1 : k]
        nearer, level = every > last + _TIE, (every - last).abs() <= _TIE
        share = (k - nearer.sum(1, keepdim=True)) / level.sum(1, keepdim=True)
        weight = ((every - top[tied]) / temperature).exp() * (nearer + share * level)
        votes[tied] = weight @ F.one_hot(label, classes).to(weight.dtype)
    return votes
