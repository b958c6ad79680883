"""How a fetched file comes to rest on disk: written aside, checked, then moved in place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rgrl.datasets.digest import require_digest
from rgrl.datasets.raw_file import RawFile
from rgrl.errors import DataUnavailableError


@contextmanager
def arriving(file: RawFile, folder: Path) -> Iterator[BinaryIO]:
    """Open a stream whose bytes become `folder / file.name` once the block has ended well.

    Until then they lie in a temporary file beside it, which goes away if the block fails.

    Raises:
        DataUnavailableError: The folder cannot be written.
        DataError: The digest is wrong; the bytes are kept aside as `<file>.rejected`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".part", dir=folder)
    except OSError as error:
        raise DataUnavailableError(
            f"cannot write '{folder}': {error.strerror}; set RGRL_CACHE to a folder that can be written"
        ) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        part.chmod(0o644)
        require_digest(part, file, set_aside=True)
        part.replace(folder / file.name)
    finally:
        part.unlink(missing_ok=True)
