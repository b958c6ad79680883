"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rgrl.errors import OutputError, RGRLError


@contextmanager
def write_whole(path: Path) -> Iterator[Path]:
    """Give a file to write; it takes the place of ``path`` when the block ends without an error.

    Raises:
        OutputError: If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    except RGRLError:
        raise
    except Exception as error:  # safetensors and pyarrow have errors of their own for a full disk
        raise OutputError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
