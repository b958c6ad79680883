"""When a run is evaluated."""

from __future__ import annotations


def is_evaluated(update: int, *, epochs: int, every: int) -> bool:
    """Whether the encoder is evaluated after this update: 0 (untrained), 1, 1 + every, …, and the last.

    Example:
        >>> [u for u in range(13) if is_evaluated(u, epochs=12, every=5)]
        [0, 1, 6, 11, 12]
    """
    return update in (0, epochs) or (update - 1) % every == 0
