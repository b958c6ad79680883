"""Resident memory of this process, for the measurements in this folder."""

from __future__ import annotations

import resource
import sys


def peak_bytes() -> int:
    """Largest resident memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
