"""The softmaxes of two rows of logits, in registers: their maxima, their exponentials, their difference.

Rows are contiguous and of one length, which is the caller's to check. No function that these are
compiled into may set ``fastmath``: it lets additions that round be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from rgrl.kernels.vectors import LANES, array, index, lengths, load, require_contiguous, spread

_FLOAT, _WORD, _HALF = ir.FloatType(), ir.IntType(32), ir.IntType(16)
_FUSED = ("contract",)

#: ``2^r`` for r between −1/2 and 1/2, lowest degree first; within 3e-9, and float32 rounds to 6e-8.
_POWER_OF_2 = np.polynomial.Chebyshev.interpolate(np.exp2, 6, domain=[-0.5, 0.5])
_COEFFICIENTS = [float(c) for c in _POWER_OF_2.convert(kind=np.polynomial.Polynomial).coef]
#: Exponents below this are taken for it: a share of a sum would soon be too small to be a normal number, and
#: processors are slow with those.
_LEAST = -100.0
#: A number added to this is rounded to a whole one, which then stands in the last bits.
_ROUNDER = 1.5 * 2**23
#: Longest rows that are fetched: two pairs of longer ones would not stay in a cache of 1 MB.
_FETCHED = 1 << 16
_READ_TO_CACHE = (0, 2, 1)  # not to be written; to the second level; numbers and no code


@intrinsic
def largest(typing_context: Any, row: Any) -> Any:
    """Largest number of a row of float32, or of bfloat16's bits; a NaN may be passed over."""
    require_contiguous(row)
    signature = types.float32(row)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = array(context, builder, signature.args[0], arguments[0])
        tops = _Lanes(builder, float("-inf"))

        def step(lanes: int, at: Any) -> None:
            tops.change(lanes, lambda top: _larger(builder, _read(builder, numbers, at, lanes), top))

        _in_registers(builder, numbers, step)
        return tops.together(lambda a, b: _larger(builder, a, b))

    return signature, generate


@intrinsic
def exponentials(
    typing_context: Any,
    student: Any,
    teacher: Any,
    factor_q: Any,
    top_q: Any,
    factor_k: Any,
    top_k: Any,
    q: Any,
    k: Any,
) -> Any:
    """Write ``f = 2^v`` to q and ``e = 2^u`` to k; return the sums of f, of e and of ``e (u − v)``.

    ``v = factor_q (student − top_q)`` and ``u = factor_k (teacher − top_k)``, none above 0. A NaN reaches the
    third sum. Rows are a matrix's, and the next ones are fetched meanwhile.
    """
    require_contiguous(student, teacher, q, k)
    number = types.float32
    signature = types.UniTuple(number, 3)(student, teacher, number, number, number, number, q, k)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        student, teacher, q, k = (
            array(context, builder, signature.args[i], arguments[i]) for i in (0, 1, 6, 7)
        )
        sum_q, sum_k, dot = (_Lanes(builder, 0.0) for _ in range(3))

        def step(lanes: int, at: Any) -> None:
            kind = ir.VectorType(_FLOAT, lanes)
            factor_q, top_q, factor_k, top_k = (spread(builder, n, kind) for n in arguments[2:6])
            v = builder.fmul(factor_q, builder.fsub(_read(builder, student, at, lanes), top_q))
            u = builder.fmul(factor_k, builder.fsub(_read(builder, teacher, at, lanes), top_k))
            if lanes > 1:
                _fetch_below(builder, student, at)
                _fetch_below(builder, teacher, at)
            f, e = _powers(builder, [v, u], lanes)
            _write(builder, f, q, at, lanes)
            _write(builder, e, k, at, lanes)
            sum_q.change(lanes, lambda total: builder.fadd(total, f))
            sum_k.change(lanes, lambda total: builder.fadd(total, e))
            term = builder.fmul(e, builder.fsub(u, v), flags=_FUSED)
            dot.change(lanes, lambda total: builder.fadd(total, term, flags=_FUSED))

        _in_registers(builder, q, step)
        sums = [lanes.together(builder.fadd) for lanes in (sum_q, sum_k, dot)]
        return context.make_tuple(builder, signature.return_type, sums)

    return signature, generate


@intrinsic
def difference(typing_context: Any, q: Any, k: Any, scale_q: Any, scale_k: Any, row: Any) -> Any:
    """Write ``scale_q q − scale_k k`` to a row of float32, or of bfloat16's bits, rounded to the nearest.

    Both products are rounded, so that equal ones leave nothing.
    """
    require_contiguous(q, k, row)
    signature = types.void(q, k, types.float32, types.float32, row)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        q, k, out = (array(context, builder, signature.args[i], arguments[i]) for i in (0, 1, 4))

        def step(lanes: int, at: Any) -> None:
            first, second = (
                builder.fmul(
                    _read(builder, numbers, at, lanes), spread(builder, scale, ir.VectorType(_FLOAT, lanes))
                )
                for numbers, scale in ((q, arguments[2]), (k, arguments[3]))
            )
            _write(builder, builder.fsub(first, second), out, at, lanes)

        _in_registers(builder, out, step)
        return context.get_dummy_value()

    return signature, generate


class _Lanes:
    """A running register, and a running number for what is left at the end of a row."""

    def __init__(self, builder: Any, start: float) -> None:
        self._builder = builder
        self._register = cgutils.alloca_once_value(builder, ir.VectorType(_FLOAT, LANES)([start] * LANES))
        self._rest = cgutils.alloca_once_value(builder, ir.VectorType(_FLOAT, 1)([start]))

    def change(self, lanes: int, change: Callable[[Any], Any]) -> None:
        place = self._rest if lanes == 1 else self._register
        self._builder.store(change(self._builder.load(place)), place)

    def together(self, join: Callable[[Any, Any], Any]) -> Any:
        """One number of them all, by halves."""
        builder, found, width = self._builder, self._builder.load(self._register), LANES
        while width > 1:
            width //= 2
            low, high = (ir.VectorType(_WORD, width)([*range(i, i + width)]) for i in (0, width))
            found = join(
                builder.shuffle_vector(found, found, low), builder.shuffle_vector(found, found, high)
            )
        return builder.extract_element(join(found, builder.load(self._rest)), _WORD(0))


def _in_registers(builder: Any, row: Any, step: Callable[[int, Any], None]) -> None:
    """Go through a row's places, register by register, and then one by one."""
    (length,) = lengths(builder, row)
    whole = builder.udiv(length, index(LANES))
    with cgutils.for_range(builder, whole) as loop:
        step(LANES, builder.mul(loop.index, index(LANES)))
    done = builder.mul(whole, index(LANES))
    with cgutils.for_range(builder, builder.sub(length, done)) as loop:
        step(1, builder.add(done, loop.index))


def _read(builder: Any, numbers: Any, at: Any, lanes: int) -> Any:
    """A register of a row of float32, or of bfloat16's bits."""
    address = builder.gep(numbers.data, [at])
    element = address.type.pointee
    found = load(builder, address, ir.VectorType(element, lanes), align=2)
    if element == _FLOAT:
        return found
    words = builder.zext(found, ir.VectorType(_WORD, lanes))
    return builder.bitcast(builder.shl(words, words.type([16] * lanes)), ir.VectorType(_FLOAT, lanes))


def _fetch_below(builder: Any, row: Any, at: Any) -> None:
    """Ask for the number below in the matrix, unless rows are too long for the cache to keep it."""
    (length,) = lengths(builder, row)
    ahead = builder.select(builder.icmp_unsigned("<=", length, index(_FETCHED)), length, index(0))
    address = builder.bitcast(builder.gep(row.data, [builder.add(at, ahead)]), ir.IntType(8).as_pointer())
    kind = ir.FunctionType(ir.VoidType(), [address.type, _WORD, _WORD, _WORD])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
    builder.call(prefetch, [address, *map(_WORD, _READ_TO_CACHE)])


def _write(builder: Any, value: Any, numbers: Any, at: Any, lanes: int) -> None:
    """A register to a row, to the nearest bfloat16 or the even one of two."""
    address = builder.gep(numbers.data, [at])
    element = address.type.pointee
    if element != _FLOAT:
        words = ir.VectorType(_WORD, lanes)
        bits = builder.bitcast(value, words)
        odd = builder.and_(builder.lshr(bits, words([16] * lanes)), words([1] * lanes))
        rounded = builder.add(builder.add(bits, odd), words([0x7FFF] * lanes))
        value = builder.trunc(builder.lshr(rounded, words([16] * lanes)), ir.VectorType(_HALF, lanes))
    builder.store(value, builder.bitcast(address, value.type.as_pointer()), align=2)


def _larger(builder: Any, a: Any, b: Any) -> Any:
    """The larger by number; b where a is none."""
    return builder.select(builder.fcmp_ordered(">", a, b), a, b)


def _powers(builder: Any, exponents: list[Any], lanes: int) -> list[Any]:
    """``2^y`` for y up to 0, of several registers step by step, so that none waits; 2^−100 at least.

    ``2^y = 2^n 2^r`` with n the whole number next to y, which is added to the exponent of ``2^r``.
    """
    words = ir.VectorType(_WORD, lanes)
    rounder = _full(lanes, _ROUNDER)
    ys = [_larger(builder, _full(lanes, _LEAST), y) for y in exponents]
    ns = [builder.fadd(y, rounder) for y in ys]
    rests = [builder.fsub(y, builder.fsub(n, rounder)) for y, n in zip(ys, ns, strict=True)]
    powers = [_full(lanes, _COEFFICIENTS[-1])] * len(ys)
    for coefficient in reversed(_COEFFICIENTS[:-1]):
        powers = [
            _fused(builder, p, r, _full(lanes, coefficient)) for p, r in zip(powers, rests, strict=True)
        ]
    found = []
    for p, n in zip(powers, ns, strict=True):
        more = builder.shl(builder.bitcast(n, words), words([23] * lanes))
        found.append(builder.bitcast(builder.add(builder.bitcast(p, words), more), p.type))
    return found


def _full(lanes: int, value: float) -> Any:
    """A register of a constant."""
    return ir.VectorType(_FLOAT, lanes)([value] * lanes)


def _fused(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """``a b + c``, rounded once where the processor can."""
    return builder.fadd(builder.fmul(a, b, flags=_FUSED), c, flags=_FUSED)
