"""Warnings that point at the user's line."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path

from rgrl.errors import RGRLWarning

_PACKAGE = str(Path(__file__).parent)


def warn_caller(message: str, category: type[RGRLWarning]) -> None:
    """Warn of something in the user's data, at the line that called into this package.

    Python shows a warning once for each such line unless told otherwise.
    """
    frame, level = inspect.currentframe(), 1
    while frame is not None and frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
