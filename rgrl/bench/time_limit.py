"""A budget of time."""

from __future__ import annotations

import time


class TimeLimit:
    """Ends a training when its time is used up; the training asks it now and then, and says how far it is.

    The clock starts when it is made.

    Args:
        minutes: Minutes; ``None`` for no limit.

    Attributes:
        done: What the training had done when it asked last, such as epochs.
        is_reached: Whether it was told to end.

    Example:
        >>> limit = TimeLimit(minutes=60)
        >>> limit(3), limit.done, limit.is_reached
        (False, 3, False)
    """

    def __init__(self, minutes: float | None) -> None:
        self._end = None if minutes is None else time.perf_counter() + 60 * minutes
        self.done: float = 0
        self.is_reached = False

    def __call__(self, done: float) -> bool:
        """Whether the time is used up."""
        self.done = done
        self.is_reached = self._end is not None and time.perf_counter() >= self._end
        return self.is_reached
