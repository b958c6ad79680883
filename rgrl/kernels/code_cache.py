"""Where compiled code is kept between processes."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from pathlib import Path

from numba.core.caching import FunctionCache

logger = logging.getLogger(__name__)


def _folder() -> Path | None:
    """Where numba keeps this room's code: beside it, or where the user or ``NUMBA_CACHE_DIR`` says."""
    try:
        return Path(FunctionCache(_folder).cache_path)
    except RuntimeError:  # no place can be written, as in a container whose user has no home
        logger.info(
            "compiled code cannot be kept: every process compiles anew; NUMBA_CACHE_DIR names a place"
        )
        return None


def _forget_stale_code(folder: Path) -> None:
    """Remove kernels that were compiled of other sources than these.

    numba looks at a kernel's own file only, and would go on with code that was made of an earlier version of
    what the room shares.
    """
    sources = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    mark, current = folder / "compiled-of", hashlib.sha256(sources).hexdigest()
    with suppress(OSError):
        if mark.exists() and mark.read_text() == current:
            return
        for compiled in folder.glob("*.nb[ic]"):
            compiled.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(current)


_found = _folder()
if _found is not None:
    _forget_stale_code(_found)

#: Whether numba can keep compiled code; its ``cache=True`` is an error where it cannot.
CACHE = _found is not None
