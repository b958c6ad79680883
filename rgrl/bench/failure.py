"""A run that failed, in words."""

from __future__ import annotations

import logging

from rgrl.errors import RGRLError

logger = logging.getLogger(__name__)


def failure(what: object, error: Exception) -> str:
    """One line: what failed and why. Of an error that is a bug the traceback is logged.

    Example:
        >>> from rgrl.errors import DataError
        >>> failure("rgrl on cora", DataError("no labels"))
        'rgrl on cora: no labels'
    """
    if isinstance(error, RGRLError):
        return f"{what}: {error}"
    logger.error("%s failed", what, exc_info=error)
    return f"{what}: {type(error).__name__}: {' '.join(str(error).split())}"
