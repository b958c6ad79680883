"""A constructor that takes its arguments by name, and says which it does not have."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from rgrl.errors import UnknownArgumentError
from rgrl.short_repr import short_repr

P = ParamSpec("P")


def by_name(init: Callable[P, None]) -> Callable[P, None]:
    """Let ``__init__`` name the class that was called and the nearest argument, in place of itself.

    Example:
        >>> class Ours:
        ...     @by_name
        ...     def __init__(self, *, epochs=400):
        ...         pass
        >>> Ours(epoch=3)
        Traceback (most recent call last):
        rgrl.errors.UnknownArgumentError: Ours has no argument 'epoch': did you mean 'epochs'?
    """
    known = list(inspect.signature(init).parameters)[1:]

    @wraps(init)
    def checked(*args: P.args, **kwargs: P.kwargs) -> None:
        itself: Any = args[0]
        called = type(itself).__name__
        if len(args) > 1:
            raise UnknownArgumentError(
                f"{called} was given {short_repr(args[1])} without a name: its arguments go by name, "
                f"such as {known[0]}=..."
            )
        for name in kwargs:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"accepted are {', '.join(known)}"
                raise UnknownArgumentError(f"{called} has no argument {name!r}: {hint}")
        init(*args, **kwargs)

    return checked
