"""Images with their classes, however they were stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import DataError


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images of one size, in memory as bytes.

    Attributes:
        images: uint8 ``[N, 3, H, W]``, N at least 1.
        labels: Class of every image, int64 ``[N]``.
        class_names: Name of each class.
        name: What results call it.

    Raises:
        DataError: If the parts do not fit together.

    Example:
        >>> pixels = np.zeros((2, 4, 4, 3), dtype=np.uint8)
        >>> ImageSet.from_arrays(pixels, [0, 1], ("cat", "dog"), name="pets")
        ImageSet(name='pets', images=[2, 3, 4, 4], classes=2)
    """

    images: Tensor
    labels: Tensor
    class_names: tuple[str, ...]
    name: str

    def __post_init__(self) -> None:
        shape = list(self.images.shape)
        if self.images.dtype != torch.uint8:
            raise DataError(f"{self.name}: the pixels are {self.images.dtype}: uint8, 0 to 255, is needed")
        if len(shape) != 4 or shape[1] != 3 or 0 in shape:
            raise DataError(f"{self.name}: the images are {shape}: [N, 3, H, W], at least one, is needed")
        if self.labels.dtype != torch.int64 or list(self.labels.shape) != shape[:1]:
            found = f"{self.labels.dtype} {list(self.labels.shape)}"
            raise DataError(f"{self.name}: the labels are {found}: int64 [{shape[0]}] is needed")
        low, high = (int(bound) for bound in torch.aminmax(self.labels))
        if low < 0 or high >= len(self.class_names):
            raise DataError(
                f"{self.name}: the labels reach from {low} to {high}: "
                f"0 to {len(self.class_names) - 1}, one a class name, are accepted"
            )

    @classmethod
    def from_arrays(cls, images: Any, labels: Any, class_names: Sequence[str], *, name: str) -> Self:
        """Take images as ``[N, H, W, 3]``, ``[N, 3, H, W]``, or grey as ``[N, H, W]`` or ``[N, H, W, 1]``.

        Grey is repeated in the three colours.

        Args:
            images: uint8.
            labels: Integers ``[N]``.
            class_names: Name of each class.
            name: What results call it.

        Raises:
            DataError: If the parts have another form, or do not fit together.
        """
        pixels, classes = np.asarray(images), np.asarray(labels)
        if pixels.dtype != np.uint8:
            raise DataError(f"{name}: the pixels are {pixels.dtype}: uint8, 0 to 255, is needed")
        if classes.dtype.kind not in "iu" or classes.ndim != 1:
            found = f"{classes.dtype} {list(classes.shape)}"
            raise DataError(f"{name}: the labels are {found}: one integer an image is needed")
        if pixels.ndim == 3:
            pixels = pixels[..., None]
        if pixels.ndim == 4 and pixels.shape[3] == 1:
            pixels = pixels.repeat(3, axis=3)
        if pixels.ndim == 4 and pixels.shape[3] == 3:
            pixels = pixels.transpose(0, 3, 1, 2)
        if pixels.ndim != 4 or pixels.shape[1] != 3:
            raise DataError(
                f"{name}: the images are {list(np.shape(images))}: [N, H, W, 3], [N, 3, H, W] or "
                "grey [N, H, W] is needed"
            )
        own = torch.from_numpy(np.array(pixels, order="C"))  # a copy, so that the digest stays true
        return cls(own, torch.from_numpy(classes.astype(np.int64)), tuple(class_names), name)

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of pixels, labels and class names in their order, but not of the name."""
        digest = hashlib.sha256(repr((list(self.images.shape), self.class_names)).encode())
        for part in (self.labels, self.images):
            digest.update(part.cpu().contiguous().numpy().data)
        return digest.hexdigest()

    def colour_statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and deviation of each colour, of pixels in [0, 1]; what ``ReSSL`` takes as mean and std.

        A colour that is the same everywhere has deviation 1.
        """
        values = torch.arange(256, dtype=torch.float64) / 255
        counts = torch.stack(
            [torch.bincount(self.images[:, colour].flatten(), minlength=256).double() for colour in range(3)]
        )
        share = counts / counts.sum(1, keepdim=True)
        mean = share @ values
        variance = (share * (values - mean[:, None]) ** 2).sum(1)
        return tuple(mean.tolist()), tuple(float(v) ** 0.5 if v > 1e-12 else 1.0 for v in variance)

    def __len__(self) -> int:
        return self.images.shape[0]

    def __repr__(self) -> str:
        return f"ImageSet(name={self.name!r}, images={list(self.images.shape)}, classes={self.num_classes})"
