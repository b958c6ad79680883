"""The paper's augmentations, on whole batches, by kornia."""

from __future__ import annotations

from typing import Any

from rgrl.errors import ConfigError, MissingExtraError
from rgrl.vision.image_view import ImageView

_SCALE = (0.2, 1.0)
_RATIO = (3 / 4, 4 / 3)
#: Brightness, contrast, saturation and hue.
_JITTER = (0.4, 0.4, 0.4, 0.1)
#: Then a factor reaches down to 0, below which there is none.
_MOST_JITTER = 2.5
_SIGMA = (0.1, 2.0)
#: Three deviations of the widest blur to each side.
_KERNEL = 13

#: Edge in pixels of an image of 224, lowest and highest share of its area, for each of the five crops.
_CROPS = (
    (224, 0.2, 1.0),
    (192, 0.172, 0.86),
    (160, 0.143, 0.715),
    (128, 0.114, 0.571),
    (96, 0.086, 0.429),
)
_CROPS_OF = 224


def contrastive_view(
    size: int,
    *,
    scale: tuple[float, float] = _SCALE,
    jitter: float = 1.0,
    grey: float = 0.2,
    blur: float = 0.5,
    flip: float = 0.5,
) -> ImageView:
    """ReSSL's view for the student: crop, colour jitter, greyscale, blur, flip.

    - A crop of 0.2 to 1 of the area and of 3/4 to 4/3 in shape, brought to ``size`` by ``size``.
    - With probability 0.8, brightness, contrast and saturation times 0.6 to 1.4 and hue turned by up to 0.1
      of the circle, in an order that is drawn for the batch.
    - With probability 0.2, greyscale.
    - With probability 0.5, a Gaussian blur of deviation 0.1 to 2 pixels.
    - With probability 0.5, left and right change places.

    Args:
        size: Edge of the view.
        scale: Lowest and highest share of the area.
        jitter: What the reach of the colour jitter is multiplied by, at most 2.5.
        grey: Probability of greyscale.
        blur: Probability of the blur.
        flip: Probability of the flip; 0 where the mirror image is something else, as of a digit.

    Raises:
        ConfigError: If the size is below 1, the scale not within (0, 1] and in order, or another argument out
            of range.
        MissingExtraError: If kornia is not installed.
    """
    kornia = _kornia()
    if not 0 <= jitter <= _MOST_JITTER:
        raise ConfigError(f"jitter is {jitter}: a number from 0 to {_MOST_JITTER} is needed")
    for name, value in (("grey", grey), ("blur", blur)):
        _require_probability(name, value)
    kernel = min(_KERNEL, 2 * size - 1)  # what lies beyond the edge is mirrored, once
    return ImageView(
        [
            _crop(kornia, size, scale),
            kornia.ColorJitter(*(jitter * reach for reach in _JITTER), p=0.8),
            kornia.RandomGrayscale(p=grey),
            kornia.RandomGaussianBlur((kernel, kernel), _SIGMA, p=blur),
            _flip(kornia, flip),
        ]
    )


def weak_view(size: int, *, scale: tuple[float, float] = _SCALE, flip: float = 0.5) -> ImageView:
    """ReSSL's view for the teacher: the same crop, and with probability 0.5 a flip.

    Args:
        size: Edge of the view.
        scale: Lowest and highest share of the area.
        flip: Probability of the flip.

    Raises:
        ConfigError: If the size is below 1, the scale not within (0, 1] and in order, or the probability out
            of range.
        MissingExtraError: If kornia is not installed.
    """
    kornia = _kornia()
    return ImageView([_crop(kornia, size, scale), _flip(kornia, flip)])


def multi_crop_views(
    size: int = 224, *, jitter: float = 1.0, grey: float = 0.2, blur: float = 0.5, flip: float = 0.5
) -> list[ImageView]:
    """The five views of the student in the paper's multi-crop, each smaller than the one before.

    With 224 pixels the edges are 224, 192, 160, 128 and 96, the lowest shares of the area 0.2, 0.172, 0.143,
    0.114 and 0.086, the highest 1, 0.86, 0.715, 0.571 and 0.429. Of another size the edges are the same
    share, to the nearest pixel.

    Args:
        size: Edge of the largest view.
        jitter: As of :func:`contrastive_view`, and so are the others.
        grey: Probability of greyscale.
        blur: Probability of the blur.
        flip: Probability of the flip.

    Raises:
        ConfigError: If the size is below 1, or another argument out of range.
        MissingExtraError: If kornia is not installed.
    """
    return [
        contrastive_view(
            max(1, round(size * edge / _CROPS_OF)) if size > 0 else size,
            scale=(low, high),
            jitter=jitter,
            grey=grey,
            blur=blur,
            flip=flip,
        )
        for edge, low, high in _CROPS
    ]


def _crop(kornia: Any, size: int, scale: tuple[float, float]) -> Any:
    if size < 1:
        raise ConfigError(f"size is {size}: at least 1 is needed")
    if not 0 < scale[0] <= scale[1] <= 1:
        raise ConfigError(f"scale is {list(scale)}: two shares above 0 and at most 1, in order, are needed")
    # Pixels are squares, as for Pillow and torchvision; to kornia they are points unless it is told.
    return kornia.RandomResizedCrop((size, size), scale=scale, ratio=_RATIO, align_corners=False)


def _flip(kornia: Any, probability: float) -> Any:
    _require_probability("flip", probability)
    return kornia.RandomHorizontalFlip(p=probability)


def _require_probability(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ConfigError(f"{name} is {value}: a number from 0 to 1 is needed")


def _kornia() -> Any:
    try:
        import kornia.augmentation
    except ImportError:
        raise MissingExtraError("views of images need kornia: pip install 'rgrl[image]'") from None
    return kornia.augmentation
