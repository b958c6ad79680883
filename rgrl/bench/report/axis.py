"""One axis of a chart: from values to places, with round numbers to mark it by."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Below it there are no powers of ten to step by.
_NARROWEST = 1e-290


@dataclass(frozen=True)
class Axis:
    """A linear axis.

    Attributes:
        low: The value at ``begin``.
        high: The value at ``end``.
        begin: Place of the lowest value, in pixels.
        end: Place of the highest.
    """

    low: float
    high: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        """Place of a value."""
        span = (self.high - self.low) or 1.0
        return self.begin + (value - self.low) / span * (self.end - self.begin)

    def ticks(self, most: int = 5) -> list[float]:
        """Round numbers within the axis, about so many.

        Example:
            >>> Axis(0, 400, 0, 100).ticks()
            [0.0, 100.0, 200.0, 300.0, 400.0]
        """
        span = self.high - self.low
        if span <= _NARROWEST:
            return [self.low]
        power = math.floor(math.log10(span / most))
        size = 10.0**power
        step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if span / (size * factor) <= most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(number * step, 10 - power) + 0.0 for number in range(first, last + 1)]
