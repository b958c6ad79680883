"""The linear classifier of the image papers: descent on batches, on frozen features."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.part_checks import checked_dense_part, require_one_width
from rgrl.evaluate.report import Report
from rgrl.evaluate.setting_checks import require_count, require_positive

logger = logging.getLogger(__name__)

Schedule = Literal["step", "cosine"]

_MOMENTUM = 0.9
#: Shares of the epochs after which the step schedule divides the rate by ten.
_STEPS = (0.6, 0.8)
_INITIAL_STD = 0.01


def linear_evaluation(
    train_embeddings: Any | Callable[[int], Any],
    train_labels: Any,
    test_embeddings: Any,
    test_labels: Any,
    *,
    epochs: int = 100,
    batch_size: int = 256,
    lr: float = 30.0,
    schedule: Schedule = "step",
    seed: int = 0,
) -> Report:
    """Accuracy of a softmax classifier on frozen features, trained as ReSSL's is on small images.

    Raw features, weights from a Gaussian of deviation 0.01, zero biases, gradient descent with momentum 0.9
    and no weight decay. The published runs after 200 epochs of pre-training have rate 30 and steps; 0.2 and
    cosine belong to 800 epochs, 0.3 and cosine to ImageNet. They draw new crops of the training images each
    epoch: give a function for that. On few images :func:`linear_probe` and :func:`logistic_regression`, which
    go by validation, tell more.

    Args:
        train_embeddings: ``[N, d]``, or a function that gives those of an epoch (1 for the first), in the
            order of the labels. Computed in float32 on their device.
        train_labels: Integers ``[N]``, 0 and up.
        test_embeddings: ``[n, d]``.
        test_labels: Integers ``[n]``.
        epochs: How often the training rows are gone through.
        batch_size: Rows of an update; the last batch of an epoch may be smaller.
        lr: Highest step size.
        schedule: ``"step"``: a tenth after 60 and a hundredth after 80 in 100 epochs; ``"cosine"``: down to 0
            along half a cosine, update by update.
        seed: Seed of weights and order; the global random state is neither read nor moved.

    Returns:
        Metrics ``top1`` and, with more than five classes, ``top5``, of the test rows after the last epoch.

    Raises:
        ConfigError: If a setting is out of range.
        DataError: If the parts do not fit together, or the classifier's weights do not stay finite.

    Example:
        >>> rows, labels = torch.eye(3).repeat(4, 1), torch.arange(3).repeat(4)
        >>> print(linear_evaluation(rows, labels, rows, labels, epochs=5))
        linear_evaluation: top1 1.0000 (1 repetition)
    """
    require_count("epochs", epochs)
    require_count("batch_size", batch_size)
    require_positive("lr", lr)
    if schedule not in get_args(Schedule):
        raise ConfigError(
            f"schedule is {schedule!r}: accepted are {', '.join(map(repr, get_args(Schedule)))}"
        )
    draw: Callable[[int], Any] = (
        train_embeddings if callable(train_embeddings) else lambda _: train_embeddings
    )
    test, wanted = checked_dense_part(test_embeddings, test_labels, "test")
    generator = torch.Generator().manual_seed(seed)
    weight = direction = label = torch.empty(0)
    for epoch in range(1, epochs + 1):
        if epoch == 1 or callable(train_embeddings):
            train, classes = checked_dense_part(draw(epoch), train_labels, "train")
            require_one_width(train, test)
        if epoch == 1:
            count = int(max(classes.max(), wanted.max())) + 1
            label = torch.from_numpy(classes).to(train.device)
            weight = torch.empty(count, train.shape[1]).normal_(std=_INITIAL_STD, generator=generator)
            weight = F.pad(weight, (0, 1)).to(train.device)
            direction = torch.zeros_like(weight)
        order = torch.split(torch.randperm(train.shape[0], generator=generator).to(train.device), batch_size)
        for step, rows in enumerate(order):
            gradient = _gradient(weight, train[rows], label[rows])
            direction.mul_(_MOMENTUM).add_(gradient)
            weight.sub_(direction, alpha=lr * _share(schedule, epoch, epochs, step / len(order)))
    if not bool(torch.isfinite(weight).all()):
        raise DataError(
            f"the classifier's weights are not finite after {epochs} epochs: a smaller lr is needed"
        )
    report = _scored(weight, test.to(weight.device), torch.from_numpy(wanted).to(weight.device))
    logger.debug("%s", report)
    return report


def _gradient(weight: Tensor, rows: Tensor, label: Tensor) -> Tensor:
    """Gradient of the mean cross-entropy in weights ``[C, d + 1]``, the bias last."""
    residual = torch.addmm(weight[:, -1], rows, weight[:, :-1].T).softmax(1)
    residual[torch.arange(len(label), device=label.device), label] -= 1
    residual /= len(label)
    return torch.cat((residual.T @ rows, residual.sum(0)[:, None]), dim=1)


def _share(schedule: str, epoch: int, epochs: int, within: float) -> float:
    """Share of the highest rate, within an epoch (1 for the first)."""
    if schedule == "cosine":
        return (1 + math.cos(math.pi * (epoch - 1 + within) / epochs)) / 2
    return 0.1 ** sum(epoch > share * epochs for share in _STEPS)


def _scored(weight: Tensor, test: Tensor, wanted: Tensor) -> Report:
    scores = torch.addmm(weight[:, -1], test, weight[:, :-1].T)
    ranks = scores.topk(min(5, scores.shape[1]), dim=1).indices == wanted[:, None]
    found = {"top1": (float(ranks[:, 0].double().mean()),)}
    if scores.shape[1] > 5:
        found["top5"] = (float(ranks.any(1).double().mean()),)
    return Report("linear_evaluation", found)
