"""Between which bounds a search may set a number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, kw_only=True)
class SearchRange:
    """A closed interval of numbers.

    Attributes:
        low: Smallest value.
        high: Largest value.
        log: Whether it is drawn evenly on a logarithmic scale; ``low`` is above 0 then.
        whole: Whether the values are whole numbers.

    Example:
        >>> SearchRange(low=1e-4, high=1e-2, log=True).widened(0.05).high
        0.05
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def takes(self, value: float) -> bool:
        """Whether the range can be widened to hold a value; a logarithmic one cannot hold 0."""
        return value > 0 or not self.log

    def widened(self, value: float) -> Self:
        """The range, reaching as far as a value that it takes."""
        return replace(self, low=min(self.low, value), high=max(self.high, value))

    def up_to(self, limit: float) -> Self:
        """The range without what is above a limit, which is left where the whole range is above it."""
        return replace(self, low=min(self.low, limit), high=min(self.high, limit))
