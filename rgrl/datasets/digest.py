"""SHA-256 of files, and what happens to a file that has the wrong one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from rgrl.datasets.raw_file import RawFile
from rgrl.errors import DataError, DataUnavailableError


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        DataUnavailableError: The file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataUnavailableError(f"cannot read '{path}': {error.strerror}") from error


def require_digest(path: Path, file: RawFile, *, set_aside: bool) -> None:
    """Refuse a file whose digest is known and different.

    Args:
        path: The file on disk.
        file: What is known of it.
        set_aside: Rename a wrong file to `<file>.rejected`, so that it is never picked up again. False for a
            folder that belongs to the user, where nothing is touched.

    Raises:
        DataError: The digest differs; the message holds both.
    """
    if file.sha256 is None:
        return
    found = sha256_of(path)
    if found == file.sha256:
        return
    fate = "it was left in place; replace or remove it"
    if set_aside:
        aside = path.with_name(f"{file.name}.rejected")
        path.replace(aside)
        fate = f"it was kept aside as {aside}"
    raise DataError(
        f"{path.with_name(file.name)} is not the published file: "
        f"SHA-256 is {found}, expected {file.sha256}; {fate} and was not read"
    )
