"""CIFAR-10 and CIFAR-100 as they are published."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.restricted_unpickler import read_pickle
from rgrl.errors import DataError, DataUnavailableError
from rgrl.vision.cifar_files import FORMS, CifarForm, find_form, read_files
from rgrl.vision.image_set import ImageSet
from rgrl.vision.split_name import SplitName, require_split

logger = logging.getLogger(__name__)

_SIDE = 32
_PIXELS = 3 * _SIDE * _SIDE


def cifar_images(path: str | Path, split: SplitName = "train") -> ImageSet:
    """Read one part of CIFAR-10 or CIFAR-100 (Krizhevsky, 2009), with its fine labels.

    Python's version and the binary one are both read; pickles go through the restricted unpickler, and
    archives are not unpacked on disk.

    Args:
        path: The published ``.tar.gz``, the folder in it, or the folder around that.
        split: ``"train"`` or ``"test"``.

    Returns:
        The set ``cifar10`` or ``cifar100``; with ``-part`` behind it where the published 50,000 or 10,000
        images are not all there.

    Raises:
        ConfigError: If there is no such part.
        DataUnavailableError: If there is nothing of that form at ``path``, or a file of it is missing.
        UnsafeDataError: If a pickle names anything but plain data.
        DataError: If a file is damaged or has another form.
    """
    require_split(split)
    found = find_form(Path(path))
    if found is None:
        accepted = ", ".join(form.folder for form in FORMS)
        raise DataUnavailableError(f"{path} holds no CIFAR: one of {accepted}, or its .tar.gz, is needed")
    form, place = found
    files = form.train if split == "train" else (form.test,)
    content = read_files(place, (form.names, *files))
    parts = [
        (_pickled if form.pickled else _binary)(content[name], f"{place}: {name}", form) for name in files
    ]
    images = np.concatenate([pixels for pixels, _ in parts]).reshape(-1, 3, _SIDE, _SIDE)
    labels = np.concatenate([classes for _, classes in parts])
    whole = len(labels) == form.images[split == "test"]
    if not whole:
        logger.warning("%s has %d images of the %s part: not all of %s", place, len(labels), split, form.name)
    names = _class_names(content[form.names], f"{place}: {form.names}", form)
    return ImageSet.from_arrays(images, labels, names, name=form.name if whole else f"{form.name}-part")


def _pickled(
    content: bytes, source: str, form: CifarForm
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    batch = read_pickle(BytesIO(content), source, len(content))
    data, classes = _entry(batch, "data", source), _entry(batch, _labels_key(form), source)
    if (
        not isinstance(data, np.ndarray)
        or data.dtype != np.uint8
        or data.ndim != 2
        or data.shape[1] != _PIXELS
    ):
        raise DataError(f"{source}: 'data' is no uint8 array of [images, {_PIXELS}]")
    if not isinstance(classes, list) or len(classes) != len(data) or not all(type(c) is int for c in classes):
        raise DataError(f"{source}: '{_labels_key(form)}' is no list of {len(data)} whole numbers")
    return np.asarray(data), _checked(np.array(classes, dtype=object), source, form)


def _binary(
    content: bytes, source: str, form: CifarForm
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    before = 1 if form.classes == 10 else 2  # CIFAR-100 has the coarse label first
    if not content or len(content) % (before + _PIXELS):
        raise DataError(f"{source} has {len(content)} bytes: a multiple of {before + _PIXELS} is needed")
    rows = np.frombuffer(content, dtype=np.uint8).reshape(-1, before + _PIXELS)
    return rows[:, before:], _checked(rows[:, before - 1], source, form)


def _checked(classes: npt.NDArray[Any], source: str, form: CifarForm) -> npt.NDArray[np.int64]:
    bad = (classes < 0) | (classes >= form.classes)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{source}: image {row} has class {classes[row]}: 0 to {form.classes - 1} are accepted"
        )
    return classes.astype(np.int64)


def _class_names(content: bytes, source: str, form: CifarForm) -> list[str]:
    names: Any
    if form.pickled:
        meta = read_pickle(BytesIO(content), source, len(content))
        names = _entry(meta, "label_names" if form.classes == 10 else "fine_label_names", source)
    else:
        names = content.decode("latin1").split()
    if (
        not isinstance(names, list)
        or len(names) != form.classes
        or not all(isinstance(n, str) for n in names)
    ):
        raise DataError(f"{source}: {form.classes} names of classes are needed")
    return names


def _labels_key(form: CifarForm) -> str:
    return "labels" if form.classes == 10 else "fine_labels"


def _entry(batch: Any, key: str, source: str) -> Any:
    if not isinstance(batch, dict) or key not in batch:
        raise DataError(f"{source} has no '{key}'")
    return batch[key]
