"""A weighted sum of rows of a matrix within a kernel, held in registers until it is whole."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from rgrl.kernels.arithmetic import widen
from rgrl.kernels.slots import FASTMATH
from rgrl.kernels.vectors import (
    FLOATS,
    LANES,
    WIDE,
    WORDS,
    add_product,
    arrays,
    index,
    lengths,
    load,
    place,
    spread,
    store,
    zero,
)

# Registers of a strip; the short one takes what the others leave.
_LONG, _MIDDLE, _SHORT = (16, 8, 2) if WIDE else (8, 4, 2)


def _strip(registers: int) -> Any:
    @intrinsic
    def strip(
        typing_context: Any,
        columns: Any,
        weights: Any,
        count: Any,
        dense: Any,
        total: Any,
        start: Any,
        more: Any,
    ) -> Any:
        signature = types.void(columns, weights, types.int64, dense, total, types.int64, types.boolean)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kinds, (_, _, count, _, _, start, more) = signature.args, arguments
            chosen, factors, matrix, result = (
                arrays(context, builder, [kinds[i]], [arguments[i]])[0] for i in (0, 1, 3, 4)
            )
            _, width = lengths(builder, matrix)
            sums = [zero(builder) for _ in range(registers)]
            with cgutils.for_range(builder, count) as loop:
                row = builder.sext(builder.load(builder.gep(chosen.data, [loop.index])), ir.IntType(64))
                factor = spread(builder, builder.load(builder.gep(factors.data, [loop.index])))
                for i in range(0, registers, 2):
                    address = place(builder, matrix.data, row, width, builder.add(start, index(i * LANES)))
                    pair = (_halves if kinds[3].dtype == types.uint16 else _neighbours)(builder, address)
                    for total, value in zip(sums[i : i + 2], pair, strict=True):
                        add_product(builder, total, factor, value)
            found = [builder.load(total) for total in sums]
            if kinds[3].dtype == types.uint16:
                found = [part for i in range(0, registers, 2) for part in _woven(builder, *found[i : i + 2])]
            for i, value in enumerate(found):
                address = builder.gep(result.data, [builder.add(start, index(i * LANES))])
                before = builder.select(more, load(builder, address), FLOATS(None))
                store(builder, builder.fadd(value, before), address)
            return context.get_dummy_value()

        return signature, generate

    return strip


def _neighbours(builder: Any, address: Any) -> tuple[Any, Any]:
    """Two registers of float32."""
    return load(builder, address), load(builder, builder.gep(address, [index(LANES)]))


def _halves(builder: Any, address: Any) -> tuple[Any, Any]:
    """Two registers of bfloat16, those at even places and those at odd ones: an operation each to widen."""
    pairs = load(builder, address, WORDS)
    even = builder.shl(pairs, WORDS([16] * LANES))
    odd = builder.and_(pairs, WORDS([0xFFFF0000] * LANES))
    return builder.bitcast(even, FLOATS), builder.bitcast(odd, FLOATS)


def _woven(builder: Any, even: Any, odd: Any) -> tuple[Any, Any]:
    """What :func:`_halves` took apart, in its order."""
    order = [lane for i in range(LANES) for lane in (i, LANES + i)]
    first, second = (WORDS(order[:LANES]), WORDS(order[LANES:]))
    return builder.shuffle_vector(even, odd, first), builder.shuffle_vector(even, odd, second)


_long_strip, _middle_strip, _short_strip = (_strip(n) for n in (_LONG, _MIDDLE, _SHORT))


@numba.njit(fastmath=FASTMATH)
def row_sum(
    columns: Any, weights: Any, count: int, dense: Any, total: Any, more: bool
) -> None:  # pragma: no cover - compiled
    """``total = sum of weights[n] dense[columns[n]]`` over n below ``count``, in float32.

    Args:
        columns: Rows of ``dense``, int32 ``[>= count]``.
        weights: float32 ``[>= count]``.
        count: How many.
        dense: float32, or bfloat16's bits, ``[C, d]``.
        total: float32 ``[d]``; changed.
        more: Whether to add to what ``total`` holds.
    """
    width, start = total.size, 0
    while start + _LONG * LANES <= width:
        _long_strip(columns, weights, count, dense, total, start, more)
        start += _LONG * LANES
    while start + _MIDDLE * LANES <= width:
        _middle_strip(columns, weights, count, dense, total, start, more)
        start += _MIDDLE * LANES
    while start + _SHORT * LANES <= width:
        _short_strip(columns, weights, count, dense, total, start, more)
        start += _SHORT * LANES
    if start < width:
        if not more:
            total[start:] = np.float32(0)
        for n in range(count):
            row, weight = dense[columns[n]], weights[n]
            for j in range(start, width):
                total[j] += weight * widen(row[j])
