"""Images by the place where they are."""

from __future__ import annotations

from pathlib import Path

from rgrl.errors import DataUnavailableError
from rgrl.vision.cifar import cifar_images
from rgrl.vision.cifar_files import find_form
from rgrl.vision.digit_images import digit_images
from rgrl.vision.image_folder import Corrupt, class_folders, folder_images
from rgrl.vision.image_set import ImageSet
from rgrl.vision.npz_images import npz_images
from rgrl.vision.split_name import SplitName, require_split

#: What the folder of a part may be called.
_FOLDERS = {"train": ("train",), "test": ("test", "val")}


def load_images(
    source: str | Path, split: SplitName = "train", *, size: int | None = None, corrupt: Corrupt = "refuse"
) -> ImageSet:
    """Read one part of a set of images.

    - ``"digits"``: :func:`digit_images`.
    - an ``.npz`` file: :func:`npz_images`.
    - the published files of CIFAR-10 or CIFAR-100: :func:`cifar_images`.
    - a folder with ``train`` and ``test`` (or ``val``), each with a folder a class: :func:`folder_images`;
      the train folder's classes number those of both.

    Args:
        source: One of them.
        split: ``"train"`` or ``"test"``.
        size: Of folders, see :func:`folder_images`.
        corrupt: Of folders.

    Raises:
        ConfigError: If there is no such part, or an argument is out of range.
        DataUnavailableError: If there is nothing at ``source``, or no such part of it.
        MissingExtraError: A folder, and Pillow is not installed.
        DataError: If what is there cannot be used.

    Example:
        >>> load_images("digits")
        ImageSet(name='digits', images=[1438, 3, 8, 8], classes=10)
    """
    require_split(split)
    if source == "digits":
        return digit_images(split)
    path = Path(source)
    if path.suffix.lower() == ".npz":
        return npz_images(path, split)
    if not path.exists():
        raise DataUnavailableError(f"images {path}: no such file or folder; 'digits' needs none")
    if find_form(path) is not None:
        return cifar_images(path, split)
    for name in _FOLDERS[split]:
        if (path / name).is_dir():
            own = path.resolve().name
            return folder_images(path / name, size=size, corrupt=corrupt, name=own, classes=_trained(path))
    raise DataUnavailableError(
        f"images {path} has no folder {' or '.join(_FOLDERS[split])}: 'digits', an .npz, CIFAR's files, or a "
        "folder with train and test in it are accepted"
    )


def _trained(path: Path) -> list[str] | None:
    """Classes of the train folder: a test folder without one of them must not number the others anew."""
    folders = [path / name for name in _FOLDERS["train"] if (path / name).is_dir()]
    return [each.name for each in class_folders(folders[0])] if folders else None
