"""From pixels to what a backbone reads."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError, DataError

#: Mean and deviation of the colours of ImageNet, as everybody has them.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

#: What lies above 1 by a view's rounding or interpolation passes; pixels of 0 to 255 do not.
_LARGEST_FLOAT = 2.0


class PixelNorm(nn.Module):
    """Scale pixels ``[B, 3, H, W]`` to [0, 1], and each colour to mean 0 and deviation 1.

    Args:
        mean: Mean of each colour, of pixels in [0, 1].
        std: Deviation of each colour, above 0.

    Raises:
        ConfigError: If they are not three numbers each, or a deviation is not above 0.

    Example:
        >>> PixelNorm((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))(
        ...     torch.full((1, 3, 1, 1), 255, dtype=torch.uint8)
        ... ).flatten().tolist()
        [1.0, 1.0, 1.0]
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float] = IMAGENET_MEAN, std: Sequence[float] = IMAGENET_STD) -> None:
        super().__init__()
        if len(mean) != 3 or len(std) != 3:
            raise ConfigError(f"mean and std have {len(mean)} and {len(std)} numbers: one a colour is needed")
        if not min(std) > 0:
            raise ConfigError(f"std is {list(std)}: numbers above 0 are needed")
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32).view(3, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Normalise ``[B, 3, H, W]``: uint8, or floats in [0, 1].

        The result has the type of ``mean``, which follows the model's.

        Raises:
            DataError: If the images have another shape or type, or (on a CPU) are floats far above 1.
        """
        if images.ndim != 4 or images.shape[1] != 3:  # a single colour would become three by broadcasting
            raise DataError(f"the images are {list(images.shape)}: [N, 3, H, W] is needed")
        return ((as_floats(images) - self.mean) / self.std).to(self.mean.dtype)


def as_floats(images: Tensor) -> Tensor:
    """Return images as floats in [0, 1]; uint8 is divided by 255, floats stay.

    Raises:
        DataError: If they are of another type: nothing says what its largest value means. On a CPU also if
            floats reach above 2, as those of 0 to 255 do; elsewhere the look would wait for the device.
    """
    looked_at = images.is_floating_point() and images.device.type == "cpu" and images.numel()
    if looked_at and (largest := float(images.max())) > _LARGEST_FLOAT:
        raise DataError(f"the pixels are floats up to {largest:g}: uint8, or floats in [0, 1], are needed")
    if images.dtype != torch.uint8 and not images.is_floating_point():
        raise DataError(f"the pixels are {images.dtype}: uint8, or floats in [0, 1], are needed")
    return images.float() / 255 if images.dtype == torch.uint8 else images
