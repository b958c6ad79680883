"""Memory that training frees stays with the process, for the next update."""

from __future__ import annotations

import ctypes
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rgrl.relation.workspace import keep_workspaces

# mallopt's parameters in glibc's malloc.h, and the values they start from or grow to by themselves. Once
# one is set all stop growing: without the second, blocks from 128 kB would come as new pages from then on.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_MMAP_MAX = -1, -3, -4
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = 64 << 20, 32 << 20, 1 << 16
_NEVER = 2**31 - 1

_lock = threading.RLock()  # a forgotten training may be cleaned up while its own thread holds it
_users = 0


@contextmanager
def keep_freed_memory() -> Iterator[None]:
    """Let the C library keep large blocks that are freed, instead of handing them back to the system.

    An update frees and allocates the same tensors again and again. By default each of them comes as new pages
    that the system has to clear first, a good part of an update on a large graph. On leaving, freed memory
    is handed back. Elsewhere than under glibc only workspaces are kept.
    """
    libc = ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
    if libc is not None:
        _count(libc, 1)
    try:
        with keep_workspaces():
            yield
    finally:
        if libc is not None:
            _count(libc, -1)


def _count(libc: ctypes.CDLL, change: int) -> None:
    global _users
    with _lock:
        _users += change
        if change > 0 and _users == 1:
            libc.mallopt(_M_MMAP_MAX, 0)
            libc.mallopt(_M_TRIM_THRESHOLD, _NEVER)
        elif _users == 0:
            libc.mallopt(_M_MMAP_MAX, _MMAP_MAX)
            libc.mallopt(_M_MMAP_THRESHOLD, _MMAP_THRESHOLD)
            libc.mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD)
            libc.malloc_trim(0)
