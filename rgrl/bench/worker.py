"""Which process is at a trial, and whether it still is."""

from __future__ import annotations

import os
import socket


def this_worker() -> str:
    """Name of this process, among those of all machines that share a search."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(worker: str) -> bool:
    """Whether a worker was a process of this machine that is no more; of other machines nobody knows.

    This process is at nothing yet when it asks. So a worker of its own name is a dead one whose number it has
    got, as happens in a container that is started again.
    """
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return worker == this_worker()
