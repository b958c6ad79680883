"""Images in a NumPy archive."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from rgrl.errors import DataError, DataUnavailableError, UnsafeDataError
from rgrl.vision.image_set import ImageSet
from rgrl.vision.split_name import SplitName, require_split

# Unpacked; CIFAR-10's pixels have 0.15 GB.
MAX_ARRAY_BYTES = 8 * 1024**3

# Every class gets a name: one absurd label must not fill the memory.
MAX_UNNAMED_CLASSES = 1_000_000


def npz_images(path: str | Path, split: SplitName = "train") -> ImageSet:
    """Read one part of an ``.npz`` of images.

    Keys: ``x_train`` and ``x_test``, uint8 images in any form that :meth:`ImageSet.from_arrays` takes;
    ``y_train`` and ``y_test``, integers; ``class_names``, text, may be absent. No other key is opened and no
    pickled array is read.

    The set has the file's name without its ending. But JPEG-compressed or partial copies of CIFAR-10 are kept
    in this form, the published set is not: whatever is named after CIFAR-10 is called ``cifar10-jpeg``, so
    that none of its numbers passes for CIFAR-10's.

    Args:
        path: The file.
        split: ``"train"`` or ``"test"``.

    Raises:
        ConfigError: If there is no such part.
        DataUnavailableError: The file does not exist or cannot be read.
        UnsafeDataError: A needed array is pickled.
        DataError: The file is damaged or has another form.
    """
    require_split(split)
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as members:
            total = sum(member.file_size for member in members.infolist())
        if total > MAX_ARRAY_BYTES:
            raise DataError(f"it unpacks to {total} bytes; at most {MAX_ARRAY_BYTES} are accepted")
        with np.load(path, allow_pickle=False) as archive:
            return _read(archive, split, _name_of(path))
    except UnsafeDataError:
        raise
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    except OSError as error:
        raise DataUnavailableError(f"images {path} cannot be read: {error.strerror or error}") from error
    except Exception as error:  # a damaged archive can raise nearly anything
        kind = UnsafeDataError if "allow_pickle" in str(error) else DataError
        reason = "an array in it is a pickle" if kind is UnsafeDataError else " ".join(str(error).split())
        raise kind(f"{path} is damaged or no .npz of images: {reason}") from error


def _read(archive: Any, split: str, name: str) -> ImageSet:
    keys = [f"x_{split}", f"y_{split}"]
    if missing := [key for key in keys if key not in archive]:
        raise DataError(
            f"it has no {', '.join(missing)}; it holds {', '.join(sorted(archive))[:200] or 'nothing'}"
        )
    images, labels = (archive[key] for key in keys)
    if "class_names" in archive:
        found = np.atleast_1d(archive["class_names"])
        if found.dtype.kind == "S":
            found = np.char.decode(found, "utf-8")
        names = [str(each) for each in found]
    else:
        last = int(labels.max(initial=0))
        if last >= MAX_UNNAMED_CLASSES:
            most = MAX_UNNAMED_CLASSES - 1
            raise DataError(f"the labels reach {last}: without class_names, {most} at most")
        names = [str(number) for number in range(last + 1)]
    return ImageSet.from_arrays(images, labels, names, name=name)


def _name_of(path: Path) -> str:
    plain = path.stem.lower().replace("-", "").replace("_", "")
    return "cifar10-jpeg" if plain.startswith("cifar10") and not plain.startswith("cifar100") else path.stem
