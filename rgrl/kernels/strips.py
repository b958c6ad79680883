"""Weighted sums of a matrix's rows in a kernel, some columns at a time, in registers until they are whole.

``strip(columns, weights, count, dense, first, total, start, more)`` writes the sum over n below ``count`` of
``weights[n] dense[columns[n]]``, of the strip's columns from ``first`` on, to ``total`` from ``start`` on;
with ``more`` it adds to what is there. ``columns`` is int32, ``weights`` and ``total`` float32, ``dense``
float32 or bfloat16's bits ``[C, d]``; all are contiguous, and places are the caller's to check. Strips are
called where the arrays were made: a compiled function around them would count references for every row.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from rgrl.kernels.vectors import (
    FLOATS,
    HALVES,
    LANES,
    WIDE,
    WORDS,
    add_product,
    array,
    index,
    lengths,
    load,
    place,
    require_contiguous,
    spread,
    store,
    zero,
)

#: Columns of the four strips; the shorter ones take what the others leave.
LONG, MIDDLE, SHORT, ONE = (n * LANES for n in ((16, 8, 2, 1) if WIDE else (8, 4, 2, 1)))


def _strip(registers: int) -> Any:
    @intrinsic
    def strip(
        typing_context: Any,
        columns: Any,
        weights: Any,
        count: Any,
        dense: Any,
        first: Any,
        total: Any,
        start: Any,
        more: Any,
    ) -> Any:
        require_contiguous(columns, weights, dense, total)
        signature = types.void(
            columns, weights, types.int64, dense, types.int64, total, types.int64, types.boolean
        )
        is_half = dense.dtype == types.uint16

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            _, _, count, _, first, _, start, more = arguments
            chosen, factors, matrix, result = (
                array(context, builder, signature.args[i], arguments[i]) for i in (0, 1, 3, 5)
            )
            _, width = lengths(builder, matrix)
            sums = [zero(builder) for _ in range(registers)]
            with cgutils.for_range(builder, count) as loop:
                row = builder.sext(builder.load(builder.gep(chosen.data, [loop.index])), ir.IntType(64))
                factor = spread(builder, builder.load(builder.gep(factors.data, [loop.index])))
                base = place(builder, matrix.data, row, width, first)
                for total, value in zip(sums, _registers(builder, base, registers, is_half), strict=True):
                    add_product(builder, total, factor, value)
            found = [builder.load(total) for total in sums]
            if is_half and registers > 1:
                found = [part for i in range(0, registers, 2) for part in _woven(builder, *found[i : i + 2])]
            for i, value in enumerate(found):
                address = builder.gep(result.data, [builder.add(start, index(i * LANES))])
                before = builder.select(more, load(builder, address), FLOATS(None))
                store(builder, builder.fadd(value, before), address)
            return context.get_dummy_value()

        return signature, generate

    return strip


def _registers(builder: Any, base: Any, count: int, is_half: bool) -> list[Any]:
    """Registers of numbers in a row; of two of bfloat16 those at even places stand in the first."""
    parts = [builder.gep(base, [index(i * LANES)]) for i in range(count)]
    if not is_half:
        return [load(builder, part) for part in parts]
    if count == 1:
        words = builder.zext(load(builder, base, HALVES, align=2), WORDS)
        return [builder.bitcast(builder.shl(words, WORDS([16] * LANES)), FLOATS)]
    found = []
    for part in parts[::2]:  # a word holds two: an operation each to widen
        pairs = load(builder, part, WORDS, align=2)
        found.append(builder.shl(pairs, WORDS([16] * LANES)))
        found.append(builder.and_(pairs, WORDS([0xFFFF0000] * LANES)))
    return [builder.bitcast(words, FLOATS) for words in found]


def _woven(builder: Any, even: Any, odd: Any) -> tuple[Any, Any]:
    """Numbers at even and at odd places in their order."""
    order = [lane for i in range(LANES) for lane in (i, LANES + i)]
    first, second = (WORDS(order[:LANES]), WORDS(order[LANES:]))
    return builder.shuffle_vector(even, odd, first), builder.shuffle_vector(even, odd, second)


long_strip, middle_strip, short_strip, one_strip = (_strip(n // LANES) for n in (LONG, MIDDLE, SHORT, ONE))
