"""The name and byte order of a pickled number type."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

_PLAIN = re.compile(r"b1|[iu][1248]|f[248]|O8?|[SU]\d{1,6}")


class DtypeParts:
    """Takes the place of `numpy.dtype` while unpickling.

    A pickle can give a real one flags that do not fit its kind, and numpy would then take bytes of the file
    for addresses of objects. Of this one only the name and the byte order are used.

    Args:
        code: Type string, such as `f4`.
        align: Ignored.
        copy: Ignored.
    """

    __slots__ = ("_code", "_order")

    def __init__(self, code: object, align: object = False, copy: object = False) -> None:
        self._code = code
        self._order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._order = ">" if state[1] == ">" else "<" if state[1] == "<" else "="

    def to_dtype(self) -> np.dtype[Any]:
        """Return numpy's own type of that name.

        Raises:
            ValueError: It is none of numbers, truth values, strings or objects.
        """
        if not isinstance(self._code, str) or _PLAIN.fullmatch(self._code) is None:
            raise ValueError(f"array of type {str(self._code)[:40]!r}")
        return np.dtype(self._order + self._code)
