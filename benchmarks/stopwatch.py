"""Where the time of a run goes, by the functions that it passes through."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Stopwatch:
    """Wall-clock time by part; what a part spends inside another part counts for the other alone.

    Attributes:
        seconds: Time of each part.
        calls: How often each part was called, or how many items it gave.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)
        self._inner: list[float] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time within as the part's."""
        self._inner.append(0.0)
        start = time.perf_counter()
        try:
            yield
        finally:
            elapsed = time.perf_counter() - start
            self.seconds[name] += elapsed - self._inner.pop()
            if self._inner:
                self._inner[-1] += elapsed

    def function(self, owner: Any, attribute: str, name: str) -> None:
        """Replace a function of a module or a class by one that is timed."""
        original = getattr(owner, attribute)
        # A bound class method has its class already; a plain function of a class must still get its object.
        bound = isinstance(owner, type) and hasattr(original, "__self__")

        def timed(*args: Any, **options: Any) -> Any:
            self.calls[name] += 1
            with self.part(name):
                return original(*args, **options)

        setattr(owner, attribute, staticmethod(timed) if bound else timed)

    def iterator(self, owner: Any, attribute: str, name: str) -> None:
        """Replace a function that returns an iterator; only the iterator's own steps are timed."""
        original = getattr(owner, attribute)

        def timed(*args: Any, **options: Any) -> Iterator[Any]:
            items, end = iter(original(*args, **options)), object()
            while True:
                with self.part(name):
                    item = next(items, end)
                if item is end:
                    return
                self.calls[name] += 1
                yield item

        setattr(owner, attribute, timed)
