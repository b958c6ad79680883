"""The published files of CIFAR, in a folder or in the archive that they come in."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rgrl.errors import DataError, DataUnavailableError

# The largest published one, the training file of CIFAR-100, has 155 MB.
MAX_FILE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class CifarForm:
    """One of the four published forms.

    Attributes:
        name: The set's name.
        folder: The folder that the archive holds.
        names: The file with the names of the classes.
        train: Files of the training part, in their order.
        test: The file of the test part.
        pickled: Python's version and not the binary one.
        classes: Number of classes.
        images: Number of images of the training and of the test part.
    """

    name: str
    folder: str
    names: str
    train: tuple[str, ...]
    test: str
    pickled: bool
    classes: int
    images: tuple[int, int] = (50_000, 10_000)


_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))

FORMS = (
    CifarForm("cifar10", "cifar-10-batches-py", "batches.meta", _BATCHES, "test_batch", True, 10),
    CifarForm(
        "cifar10",
        "cifar-10-batches-bin",
        "batches.meta.txt",
        tuple(f"{name}.bin" for name in _BATCHES),
        "test_batch.bin",
        False,
        10,
    ),
    CifarForm("cifar100", "cifar-100-python", "meta", ("train",), "test", True, 100),
    CifarForm(
        "cifar100",
        "cifar-100-binary",
        "fine_label_names.txt",
        ("train.bin",),
        "test.bin",
        False,
        100,
    ),
)


def find_form(path: Path) -> tuple[CifarForm, Path] | None:
    """Say which form a folder or archive has, and where its files are; None if it is none of CIFAR's."""
    if path.is_file():
        if not any(path.name.lower().endswith(ending) for ending in (".tar.gz", ".tgz", ".tar")):
            return None
        present = _members(path)
        for form in FORMS:
            if form.names in present and form.test in present:
                return form, path
        return None
    for form in FORMS:
        for folder in (path, path / form.folder):
            if (folder / form.names).is_file() and (folder / form.test).is_file():
                return form, folder
    return None


def read_files(path: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return the content of files of a folder or an archive, which is never unpacked on disk.

    Raises:
        DataUnavailableError: A file is not there or cannot be read.
        DataError: A file is too large, or the archive damaged.
    """
    wanted = list(names)
    found = _from_archive(path, set(wanted)) if path.is_file() else _from_folder(path, wanted)
    if missing := [name for name in wanted if name not in found]:
        raise DataUnavailableError(f"{path} has no {', '.join(missing)}")
    return found


def _from_folder(path: Path, names: list[str]) -> dict[str, bytes]:
    found = {}
    for file in (path / name for name in names if (path / name).is_file()):
        try:
            _require_size(str(file), file.stat().st_size)
            found[file.name] = file.read_bytes()
        except OSError as error:
            raise DataUnavailableError(f"{file} cannot be read: {error.strerror}") from error
    return found


def _from_archive(path: Path, names: set[str]) -> dict[str, bytes]:
    found = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                if member.isfile() and name in names and name not in found:
                    _require_size(f"{name} in {path}", member.size)
                    stream = archive.extractfile(member)
                    found[name] = stream.read() if stream is not None else b""
    except DataError:
        raise
    except Exception as error:  # a damaged archive can raise nearly anything
        raise _unreadable(path, error) from error
    return found


def _members(path: Path) -> set[str]:
    try:
        with tarfile.open(path) as archive:
            return {PurePosixPath(member.name).name for member in archive if member.isfile()}
    except Exception as error:  # a damaged archive can raise nearly anything
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return DataError(f"{path} is damaged or no archive: {reason}")


def _require_size(what: str, size: int) -> None:
    if size > MAX_FILE_BYTES:
        raise DataError(f"{what} has {size} bytes: a file of CIFAR may have at most {MAX_FILE_BYTES}")
