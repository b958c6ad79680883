"""Values in messages, however long they are."""

from __future__ import annotations

from reprlib import Repr

_REPR = Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 60


def short_repr(value: object) -> str:
    """The ``repr`` of a value, cut in its middle where it is long; ``<int>`` of an int that has none.

    Example:
        >>> short_repr("a" * 300)
        "'aaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaa'"
        >>> short_repr([[[]], 10**50])
        '[[[]], 100000000000000000000000000000000000000000000000000]'
    """
    try:
        return " ".join(_REPR.repr(value).split())
    except Exception:  # of a number of thousands of digits, and of whatever a stranger's class does
        return f"<{type(value).__name__}>"
