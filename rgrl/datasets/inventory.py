"""What of a dataset is on disk, and fetching it ahead of time: `rgrl-bench data fetch|verify|where`."""

from __future__ import annotations

from pathlib import Path

from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.digest import sha256_of
from rgrl.datasets.download import ProgressCallback
from rgrl.datasets.file_check import FileCheck
from rgrl.datasets.file_location import FileLocation
from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.registry import find_spec
from rgrl.datasets.sources import find_file, locate, raw_folders
from rgrl.errors import DataUnavailableError


def fetch(
    name: str, *, root: Path | None = None, progress: ProgressCallback | None = None
) -> list[FileLocation]:
    """Bring a dataset's raw files to disk and say where they lie; an embedded dataset has none.

    Raises:
        ConfigError: Unknown dataset, or `root` is no folder.
        DataError: A file has the wrong digest.
        DataUnavailableError: Files could not be fetched.
    """
    spec = find_spec(name)
    if spec.files:
        locate(spec, root=root, progress=progress)
    return where(name, root=root)


def where(name: str, *, root: Path | None = None) -> list[FileLocation]:
    """Say where each raw file of a dataset lies; nothing is read or fetched.

    Raises:
        ConfigError: Unknown dataset, or `root` is no folder.
    """
    spec = find_spec(name)
    folders = raw_folders(spec, root)
    result = []
    for file in _files_in_use(spec, root):
        place, path = find_file(file, folders) or (None, None)
        result.append(FileLocation(name=file.name, path=path, place=place, url=file.url))
    return result


def verify(name: str, *, root: Path | None = None) -> list[FileCheck]:
    """Hold each raw file of a dataset against its published SHA-256; nothing is moved or fetched.

    Raises:
        ConfigError: Unknown dataset, or `root` is no folder.
    """
    spec = find_spec(name)
    folders = raw_folders(spec, root)
    result = []
    for file in _files_in_use(spec, root):
        hit = find_file(file, folders)
        if hit is None:
            result.append(FileCheck(file.name, None, "missing", file.sha256, None))
            continue
        found = sha256_of(hit[1])
        status = "unknown" if file.sha256 is None else "ok" if found == file.sha256 else "wrong"
        result.append(FileCheck(file.name, hit[1], status, file.sha256, found))
    return result


def on_disk(name: str, *, root: Path | None = None) -> bool:
    """Say whether a dataset can be loaded without the network (digests are not looked at).

    Raises:
        ConfigError: Unknown dataset, or `root` is no folder.
    """
    spec = find_spec(name)
    if spec.reader == "embedded":
        return True
    folders = raw_folders(spec, root)
    try:
        return any(all(find_file(file, folders) for file in files) for _, files in spec.layouts)
    except DataUnavailableError:
        return False


def _files_in_use(spec: DatasetSpec, root: Path | None) -> tuple[RawFile, ...]:
    """Return the first complete set of files on disk, else the official one."""
    folders = raw_folders(spec, root)
    for _, files in spec.layouts:
        if all(find_file(file, folders) for file in files):
            return files
    return spec.files
