"""Writing a file so that whoever reads it finds all of it or none."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from rgrl.errors import OutputError


def write_whole(path: Path, text: str) -> None:
    """Write a file of text; one that is there is replaced at once, or stays as it is.

    Raises:
        OutputError: If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text)
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
