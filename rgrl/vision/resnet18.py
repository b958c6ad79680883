"""The backbone of the papers' small-image runs."""

from __future__ import annotations

from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.errors import ConfigError
from rgrl.nn.draw_from import draw_from
from rgrl.vision.split_batch_norm import SplitBatchNorm

Stem = Literal["cifar", "pooled", "imagenet"]

_STAGES = 4
_BLOCKS = 2


class ResNet18(nn.Module):
    """ResNet-18 without its classifier (He et al., CVPR 2016): images ``[B, 3, H, W]`` to ``[B, 8 width]``.

    Args:
        width: Channels of the first stage; 64 is the published network, 16 one for small machines with a
            sixteenth of the weights.
        stem: ``"cifar"``: a 3x3 convolution of stride 1 and no pooling, for images of 32 pixels;
            ``"pooled"``: the same and a max-pool, for 64; ``"imagenet"``: 7x7 of stride 2 and a max-pool.
        norm_splits: Groups of batch norm, see :class:`SplitBatchNorm`; 1 is the ordinary one.
        generator: Random stream of the initial weights, He's for ReLU.

    Raises:
        ConfigError: If an argument is not accepted.

    Example:
        >>> backbone = ResNet18(width=16)
        >>> backbone(torch.zeros(2, 3, 32, 32)).shape
        torch.Size([2, 128])
    """

    def __init__(
        self,
        *,
        width: int = 64,
        stem: Stem = "cifar",
        norm_splits: int = 1,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if width < 1:
            raise ConfigError(f"width is {width}: at least 1 is needed")
        if stem not in get_args(Stem):
            raise ConfigError(f"stem is {stem!r}: accepted are {', '.join(map(repr, get_args(Stem)))}")
        kernel, stride = (7, 2) if stem == "imagenet" else (3, 1)
        self._has_whole_norms = norm_splits == 1
        with draw_from(generator):
            self.conv = nn.Conv2d(3, width, kernel, stride, kernel // 2, bias=False)
            self.norm = _norm(width, norm_splits)
            self.pool = nn.Identity() if stem == "cifar" else nn.MaxPool2d(3, stride=2, padding=1)
            blocks: list[nn.Module] = []
            channels = width
            for stage in range(_STAGES):
                for block in range(_BLOCKS):
                    stride = 2 if stage > 0 and block == 0 else 1
                    blocks.append(_Block(channels, width * 2**stage, stride, norm_splits))
                    channels = width * 2**stage
            self.blocks = nn.Sequential(*blocks)
            for module in self.modules():
                if isinstance(module, nn.Conv2d):
                    nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        self.embedding_dim = channels

    def forward(self, images: Tensor) -> Tensor:
        """Map images ``[B, 3, H, W]`` to features ``[B, d]``, the mean over the places of the last stage."""
        if self._has_whole_norms and torch.is_autocast_enabled(images.device.type):
            # Colours beside each other, or each convolution would reorder the planes, forth and back. Split
            # norms would copy them back, and in float32 torch's batch norm on a CPU loses two digits by it.
            images = images.contiguous(memory_format=torch.channels_last)
        first = self.pool(F.relu(self.norm(self.conv(images)), inplace=True))
        return self.blocks(first).mean(dim=(2, 3))


class _Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    def __init__(self, channels_in: int, channels: int, stride: int, splits: int) -> None:
        super().__init__()
        self.first = _Conv3x3(channels_in, channels, 3, stride, 1, bias=False)
        self.first_norm = _norm(channels, splits)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.second_norm = _norm(channels, splits)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels:
            projection = nn.Conv2d(channels_in, channels, 1, stride, bias=False)
            self.shortcut = nn.Sequential(projection, _norm(channels, splits))

    def forward(self, images: Tensor) -> Tensor:
        hidden = F.relu(self.first_norm(self.first(images)), inplace=True)
        return F.relu(self.second_norm(self.second(hidden)) + self.shortcut(images), inplace=True)


def _norm(channels: int, splits: int) -> nn.Module:
    return nn.BatchNorm2d(channels) if splits == 1 else SplitBatchNorm(channels, splits=splits)


class _Conv3x3(nn.Conv2d):
    """A convolution with one pixel of padding; of a single pixel it sees only the middle of its weight.

    Said outright there, because with stride 2 and bfloat16 oneDNN leaves that weight's gradient unwritten.
    """

    def forward(self, images: Tensor) -> Tensor:
        if images.shape[-2:] == (1, 1):
            return F.conv2d(images, self.weight[:, :, 1:2, 1:2])
        return super().forward(images)
