"""Scikit-learn's digits as images, which need no download."""

from __future__ import annotations

import numpy as np

from rgrl.vision.image_set import ImageSet
from rgrl.vision.split_name import SplitName, require_split

#: Every fifth image tests; scikit-learn publishes no split.
_TEST_EVERY = 5


def digit_images(split: SplitName = "train") -> ImageSet:
    """The 1,797 digits of scikit-learn, 8 by 8 grey pixels of 17 levels: 1,438 for training, 359 to test.

    Every fifth image, from the fifth on, is of the test part.

    Args:
        split: ``"train"`` or ``"test"``.

    Raises:
        ConfigError: If there is no such part.

    Example:
        >>> digit_images("test")
        ImageSet(name='digits', images=[359, 3, 8, 8], classes=10)
    """
    from sklearn.datasets import load_digits

    require_split(split)
    levels, labels = load_digits(return_X_y=True)
    tests = np.arange(len(labels)) % _TEST_EVERY == _TEST_EVERY - 1
    chosen = tests if split == "test" else ~tests
    pixels = np.rint(levels[chosen] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8)
    return ImageSet.from_arrays(pixels, labels[chosen], [str(digit) for digit in range(10)], name="digits")
