"""Batch norm over parts of a batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError


class SplitBatchNorm(nn.BatchNorm2d):
    """Batch norm of ``[B, C, H, W]`` in groups of the batch, each normalised by its own mean and variance.

    On one device it stands for batch norm over several, each of which sees its share of the batch. Together
    with a teacher that sees the batch in another order it keeps mean and variance from telling student and
    teacher which images came together (He et al., MoCo, CVPR 2020). The running statistics take the groups'
    mean; in eval mode it is an ordinary batch norm.

    Args:
        num_features: C.
        splits: Number of groups; a training batch must be a multiple of it.

    Raises:
        ConfigError: If ``splits`` is below 1.

    Example:
        >>> norm = SplitBatchNorm(1, splits=2)
        >>> images = torch.tensor([1.0, 5.0, 3.0, 9.0]).view(4, 1, 1, 1)
        >>> norm(images).flatten().round().tolist()  # groups (1, 3) and (5, 9)
        [-1.0, -1.0, 1.0, 1.0]
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, num_features: int, *, splits: int) -> None:
        super().__init__(num_features)
        if splits < 1:
            raise ConfigError(f"splits is {splits}: at least 1 is needed")
        self.splits = splits

    def forward(self, images: Tensor) -> Tensor:
        """Normalise ``[B, C, H, W]``.

        Raises:
            DataError: If in training the batch is no multiple of the number of groups, or a group has one
                value a channel, which is no variance.
        """
        if not self.training:
            return super().forward(images)
        count, channels, height, width = images.shape
        if count % self.splits:
            raise DataError(f"the batch has {count} images: a multiple of the {self.splits} groups is needed")
        if count * height * width == self.splits:
            raise DataError(
                f"the batch has {count} images of {height} x {width}, in {self.splits} groups: a group needs "
                "more than one value a channel"
            )
        # A row holds an image of each group side by side: every channel of every group becomes a channel.
        rows = images.reshape(count // self.splits, self.splits * channels, height, width)
        mean, variance = self.running_mean.repeat(self.splits), self.running_var.repeat(self.splits)
        weight, bias = self.weight.repeat(self.splits), self.bias.repeat(self.splits)
        out = F.batch_norm(rows, mean, variance, weight, bias, True, self.momentum or 0.0, self.eps)
        with torch.no_grad():
            self.running_mean.copy_(mean.view(self.splits, channels).mean(0))
            self.running_var.copy_(variance.view(self.splits, channels).mean(0))
            self.num_batches_tracked.add_(1)
        return out.view(images.shape)

    def extra_repr(self) -> str:
        """Return the number of channels and of groups for ``repr``."""
        return f"{self.num_features}, splits={self.splits}"
