"""A set of images with the parts that a run takes it in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from rgrl.bench.image_fingerprint import ImageFingerprint
from rgrl.bench.image_source import IMAGE_NAMES
from rgrl.errors import DataError
from rgrl.vision import ImageSet, PixelNorm, load_images
from rgrl.vision.cifar_files import find_form
from rgrl.vision.image_folder import Corrupt

#: Neighbours that vote; the first is the usual number for sets of a few thousand images, the second for more.
KS = (20, 200)

#: Train images from which the second is the main figure.
_MANY = 10_000


@dataclass(frozen=True, eq=False)
class ImageData:
    """Train and test images, and the validation part of the train images.

    Attributes:
        train: All train images, in their order.
        test: Test images.
        name: What results call the set.
    """

    train: ImageSet
    test: ImageSet
    name: str

    @classmethod
    def load(cls, source: str | Path, *, size: int | None = None, corrupt: Corrupt = "refuse") -> Self:
        """Read both parts; see :func:`rgrl.vision.load_images`.

        Whatever has the name of a known set without being read from its files is called ``own-<name>``.

        Raises:
            RGRLError: If they cannot be read.
            DataError: If the two parts do not fit together.
        """
        train, test = (load_images(source, part, size=size, corrupt=corrupt) for part in ("train", "test"))
        if train.class_names != test.class_names:
            raise DataError(
                f"{train.name}: train has the classes {_shown(train)}, test {_shown(test)}: "
                "the same ones are needed"
            )
        if train.images.shape[1:] != test.images.shape[1:]:
            sizes = [" x ".join(map(str, part.images.shape[2:])) for part in (train, test)]
            raise DataError(
                f"{train.name}: train images are {sizes[0]}, test images {sizes[1]}: one size is needed "
                "(--size brings a folder's images to one)"
            )
        name = next((part.name for part in (train, test) if part.name.endswith("-part")), train.name)
        known = source == "digits" or name == "cifar10-jpeg" or find_form(Path(source)) is not None
        return cls(train, test, f"own-{name}" if name.lower() in IMAGE_NAMES and not known else name)

    @cached_property
    def fingerprint(self) -> ImageFingerprint:
        """Counts and digest."""
        return ImageFingerprint.of(self.train, self.test)

    def parts(self, share: float) -> tuple[Tensor, Tensor]:
        """Rows of the train images to train on, and of those held out of it: the same for every run.

        Args:
            share: Share that is held out.

        Raises:
            DataError: If too few are left for any vote.
        """
        count = len(self.train)
        held = round(share * count)
        order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
        fit = order[held:].sort().values
        if len(fit) < min(KS):
            raise DataError(
                f"{self.name} has {len(fit)} train images to train on, {held} held out: "
                f"at least {min(KS)} are needed"
            )
        return fit, order[:held].sort().values

    def rows_of(self, rows: Tensor) -> ImageSet:
        """Some of the train images."""
        return replace(self.train, images=self.train.images[rows], labels=self.train.labels[rows])

    @property
    def main_k(self) -> int:
        """The k of the main figure."""
        return KS[len(self.train) >= _MANY]

    def raw_pixels(self) -> tuple[Tensor, Tensor]:
        """Train and test images as vectors of the numbers that a network reads, ``[N, 3 H W]``."""
        normalize = PixelNorm(*self.train.colour_statistics())
        train, test = (normalize(part.images).flatten(1) for part in (self.train, self.test))
        return train, test


def _shown(part: ImageSet) -> str:
    names = ", ".join(part.class_names[:5])
    return f"{names}, … ({part.num_classes})" if part.num_classes > 5 else names
