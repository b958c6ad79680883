"""Arithmetic that the compiler can put into vectors."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from rgrl.kernels.slots import FASTMATH


def _bit_cast(source: Any, target: Any) -> Any:
    @intrinsic
    def cast(typing_context: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(target))

        return target(source), generate

    return cast


_bits_as_float32 = _bit_cast(types.uint32, types.float32)
_float32_as_bits = _bit_cast(types.float32, types.uint32)


def widen(value: Any) -> Any:
    """A number as float32: one that is, or the bits of a bfloat16."""
    raise NotImplementedError


@overload(widen)
def _widen(value: Any) -> Any:
    if value == types.float32:

        def convert(value: Any) -> Any:
            return value
    else:

        def convert(value: Any) -> Any:
            return _bits_as_float32(np.uint32(value) << np.uint32(16))

    return convert


def put(row: Any, j: Any, value: Any) -> None:
    """Store a float32 in a row of float32, or of bfloat16's bits, rounded to the nearest, ties to even."""
    raise NotImplementedError


@overload(put)
def _put(row: Any, j: Any, value: Any) -> Any:
    if row.dtype == types.float32:

        def store(row: Any, j: Any, value: Any) -> None:
            row[j] = value
    else:

        def store(row: Any, j: Any, value: Any) -> None:
            bits = _float32_as_bits(np.float32(value))
            half = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
            row[j] = np.uint16((bits + half) >> np.uint32(16))

    return store


@numba.njit(fastmath=FASTMATH)
def exp_negative(x: Any) -> Any:  # pragma: no cover - compiled
    """``e^x`` in float32 for ``x <= 0``, to 2 units in the last place; below −69 it stays at e^−69.

    ``e^x = 2^n e^r`` with ``n = round(x / ln 2)`` and ``|r| <= ln 2 / 2``; ``e^r`` by its Taylor polynomial
    of degree 7, whose error there is below float32's rounding. The C library's function would not run in
    vectors. Of a much smaller power a share of a sum would be no normal number, and slow.
    """
    x = max(x, np.float32(-69.0))
    n = np.floor(x * np.float32(1.4426950408889634) + np.float32(0.5))
    r = x - n * np.float32(0.693359375) + n * np.float32(2.12194440e-4)  # ln 2 in two parts, the first exact
    p = np.float32(1 / 5040)
    p = p * r + np.float32(1 / 720)
    p = p * r + np.float32(1 / 120)
    p = p * r + np.float32(1 / 24)
    p = p * r + np.float32(1 / 6)
    p = p * r + np.float32(0.5)
    p = p * r + np.float32(1.0)
    p = p * r + np.float32(1.0)
    return p * _bits_as_float32(np.uint32(np.int32(n) + np.int32(127)) << np.uint32(23))
