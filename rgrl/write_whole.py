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

    It has the mode that new files have here, though a writer such as safetensors' makes one of its own, which
    only its owner can read.

    Raises:
        OutputError: If it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.touch()
        mode = temporary.stat().st_mode
        yield temporary
        temporary.chmod(mode)
        temporary.replace(path)
    except RGRLError:
        raise
    except Exception as error:  # safetensors and pyarrow have errors of their own for a full disk
        raise OutputError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
