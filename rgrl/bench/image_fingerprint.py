"""What a set of images is, beside its name."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Self

from rgrl.vision.image_set import ImageSet


@dataclass(frozen=True)
class ImageFingerprint:
    """Counts of a set of images and a hash of its content.

    Attributes:
        train_images: Number of train images, validation part included.
        test_images: Number of test images.
        classes: Number of classes.
        height: Of an image, in pixels.
        width: Of an image, in pixels.
        digest: SHA-256 of pixels, labels and class names of both parts.
    """

    train_images: int
    test_images: int
    classes: int
    height: int
    width: int
    digest: str

    @classmethod
    def of(cls, train: ImageSet, test: ImageSet) -> Self:
        """The fingerprint of the two parts of a set."""
        height, width = train.images.shape[2:]
        digest = hashlib.sha256(f"{train.digest} {test.digest}".encode()).hexdigest()
        return cls(len(train), len(test), train.num_classes, height, width, digest)

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON."""
        return asdict(self)
