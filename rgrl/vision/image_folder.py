"""A folder of images for each class."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from rgrl.errors import ConfigError, DataError, DataUnavailableError, MissingExtraError
from rgrl.vision.image_set import ImageSet

logger = logging.getLogger(__name__)

ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
Corrupt = Literal["refuse", "skip"]


def folder_images(
    path: str | Path,
    *,
    size: int | None = None,
    corrupt: Corrupt = "refuse",
    name: str | None = None,
    classes: Sequence[str] | None = None,
) -> ImageSet:
    """Read ``<path>/<class>/<image>``: a folder of images for each class, classes ordered by name.

    Every image becomes three colours of a byte each. Grey ones are repeated, transparent ones laid on white,
    turned ones set upright as their camera noted; of an animation the first picture counts. Hidden files and
    those with another ending than `ENDINGS` are left out.

    Args:
        path: The folder around the classes.
        size: Side to which the shorter edge of every image is scaled before the middle square is cut out;
            None to take the images as they are, all of one size.
        corrupt: ``"refuse"`` the folder if an image of it cannot be read, or ``"skip"`` such images and log
            their number and the first one's name.
        name: Name of the set; that of the folder when None.
        classes: Names that number the classes, such as those of the part that was trained on, some of which
            may have no folder here; None for those of the folders.

    Raises:
        ConfigError: If an argument is out of range.
        DataUnavailableError: The folder does not exist or cannot be read.
        MissingExtraError: Pillow is not installed.
        DataError: There are no classes, one has no images or is not in ``classes``, an image cannot be read,
            or sizes differ.
    """
    if size is not None and size < 1:
        raise ConfigError(f"size is {size}: at least 1 is needed, or None for the images' own")
    if corrupt not in get_args(Corrupt):
        raise ConfigError(f"corrupt is {corrupt!r}: 'refuse' or 'skip' is needed")
    path = Path(path)
    folders = class_folders(path)
    names = [each.name for each in folders] if classes is None else list(classes)
    if unknown := [each.name for each in folders if each.name not in names]:
        raise DataError(
            f"images {path} has the class {unknown[0]!r}, which is none of the {len(names)} trained on"
        )
    images: list[npt.NDArray[np.uint8]] = []
    labels: list[int] = []
    skipped: list[str] = []
    for folder in folders:
        label = names.index(folder.name)
        for file in _files(folder):
            try:
                pixels = _read(file, size)
            except DataError as error:
                if corrupt == "refuse":
                    raise
                skipped.append(str(error))
                continue
            if images and pixels.shape != images[0].shape:
                wide, high = pixels.shape[1::-1], images[0].shape[1::-1]
                raise DataError(
                    f"{file} has {wide[0]} x {wide[1]} pixels, the images before it {high[0]} x {high[1]}: "
                    "one size is needed, or a size to bring them to"
                )
            images.append(pixels)
            labels.append(label)
        if not labels or labels[-1] != label:
            raise DataError(f"the class {folder} has no image that can be read: at least 1 is needed")
    if skipped:
        count = len(skipped)
        logger.warning("%d image%s skipped, the first: %s", count, "s" if count > 1 else "", skipped[0])
    return ImageSet.from_arrays(
        np.stack(images),
        labels,
        names,
        name=path.resolve().name if name is None else name,
    )


def class_folders(path: Path) -> list[Path]:
    """The folders of the classes, ordered by name.

    Raises:
        DataUnavailableError: The folder does not exist or cannot be read.
        DataError: It has no folders.
    """
    if not path.is_dir():
        raise DataUnavailableError(f"images {path}: no such folder")
    classes = sorted(each for each in _entries(path) if each.is_dir())
    if not classes:
        raise DataError(f"images {path} has no folders: one a class, with its images in it, is needed")
    return classes


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in _entries(folder) if file.suffix.lower() in ENDINGS and file.is_file())


def _entries(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if not each.name.startswith(".")]
    except OSError as error:
        raise DataUnavailableError(f"images {folder} cannot be read: {error.strerror}") from error


def _read(file: Path, size: int | None) -> npt.NDArray[np.uint8]:
    """One image, ``[H, W, 3]``."""
    try:
        from PIL import Image, ImageOps
    except ImportError:
        raise MissingExtraError("a folder of images needs Pillow: pip install 'rgrl[image]'") from None
    try:
        with Image.open(file) as image:
            upright = _in_three_colours(ImageOps.exif_transpose(image), Image)
    except Exception as error:  # a damaged image can raise nearly anything
        # Some messages have the path in front, and the address of a stream in them.
        reason = "it is no image" if "cannot identify" in str(error) else " ".join(str(error).split())
        raise DataError(f"{file} cannot be read: {reason or type(error).__name__}") from error
    if size is not None:
        upright = ImageOps.fit(upright, (size, size), Image.Resampling.BILINEAR)
    return np.asarray(upright, dtype=np.uint8)


def _in_three_colours(image: Any, pillow: Any) -> Any:
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        raise ValueError(f"pixels of mode {image.mode!r} have no fixed range; 8 bits a colour are needed")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        opaque = image.convert("RGBA")
        white = pillow.new("RGBA", opaque.size, "white")
        return pillow.alpha_composite(white, opaque).convert("RGB")
    return image.convert("RGB")
