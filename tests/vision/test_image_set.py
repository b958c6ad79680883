from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from rgrl.errors import DataError
from rgrl.vision import ImageSet

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)
LABELS = [0, 1, 1, 0]


def _set(pixels: Any = PIXELS, labels: Any = LABELS, names: Any = ("a", "b")) -> ImageSet:
    return ImageSet.from_arrays(pixels, labels, names, name="some")


def test_every_form_is_the_same_set() -> None:
    first = _set()
    assert first.images.shape == (4, 3, 6, 5)
    assert torch.equal(first.images[1, 2], torch.from_numpy(PIXELS[1, :, :, 2]))
    assert torch.equal(_set(PIXELS.transpose(0, 3, 1, 2)).images, first.images)
    grey = _set(PIXELS[..., 0])
    assert torch.equal(grey.images, first.images[:, :1].expand(-1, 3, -1, -1))
    assert torch.equal(_set(PIXELS[..., :1]).images, grey.images)
    assert (len(first), first.num_classes) == (4, 2)


def test_the_digest_is_of_the_content() -> None:
    first = _set()
    changed = PIXELS.copy()
    changed[0, 0, 0, 0] += 1
    others = [_set(changed), _set(labels=[1, 1, 1, 0]), _set(names=("a", "c")), _set(PIXELS[::-1])]
    assert len({first.digest, *(other.digest for other in others)}) == 5
    assert ImageSet.from_arrays(PIXELS, LABELS, ("a", "b"), name="other").digest == first.digest
    own = PIXELS.copy()
    held = _set(own)
    own[:] = 0
    assert held.digest == first.digest


def test_colour_statistics_are_those_of_the_pixels() -> None:
    mean, std = _set().colour_statistics()
    pixels = PIXELS.reshape(-1, 3) / 255
    assert mean == pytest.approx(pixels.mean(0))
    assert std == pytest.approx(pixels.std(0))
    assert _set(np.full_like(PIXELS, 7)).colour_statistics()[1] == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"pixels": PIXELS / 255}, "some: the pixels are float64: uint8"),
        ({"pixels": np.zeros((4, 6, 5, 4), dtype=np.uint8)}, r"images are \[4, 6, 5, 4\]"),
        ({"pixels": np.zeros((0, 6, 5, 3), dtype=np.uint8), "labels": np.zeros(0, int)}, r"\[0, 3, 6, 5\]"),
        ({"labels": [0, 1]}, r"labels are torch.int64 \[2\]: int64 \[4\]"),
        ({"labels": [0.0, 1.0, 1.0, 0.0]}, r"labels are float64 \[4\]"),
        ({"labels": [0, 2, 1, 0]}, "labels reach from 0 to 2: 0 to 1"),
        ({"labels": [0, -1, 1, 0]}, "labels reach from -1 to 1"),
    ],
)
def test_parts_that_do_not_fit_are_refused_in_one_line(given: dict[str, Any], text: str) -> None:
    with pytest.raises(DataError, match=text) as caught:
        _set(**given)
    assert "\n" not in str(caught.value)


def test_tensors_of_another_type_are_refused() -> None:
    with pytest.raises(DataError, match=r"pixels are torch\.float32"):
        ImageSet(torch.zeros(1, 3, 2, 2), torch.zeros(1, dtype=torch.int64), ("a",), "some")
