"""Vectors that are written out: left to itself, the compiler takes half of what AVX-512 has."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import config
from numba.core import cgutils
from numba.core.codegen import get_host_cpu_features
from numba.core.errors import TypingError

# What numba compiles for, and keys its stored code by: not always all that this processor has.
_FEATURES = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES

#: Whether the processor has 32 registers of 16 float32, and not 16 of 8.
WIDE: bool = "+avx512f" in _FEATURES.split(",")

#: Numbers in a register.
LANES = 16 if WIDE else 8

FLOATS = ir.VectorType(ir.FloatType(), LANES)
WORDS = ir.VectorType(ir.IntType(32), LANES)
HALVES = ir.VectorType(ir.IntType(16), LANES)


def index(value: int) -> Any:
    """A constant place in an array."""
    return ir.Constant(ir.IntType(64), value)


def array(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """An array among a generator's arguments, as a structure with ``data`` and ``shape``."""
    return context.make_array(kind)(context, builder, value)


def require_contiguous(*kinds: Any) -> None:
    """Refuse arrays whose numbers do not follow each other: strides are not looked at."""
    for kind in kinds:
        if kind.layout != "C":
            raise TypingError(f"{kind} is not contiguous")


def lengths(builder: Any, array: Any) -> Any:
    """Lengths of an array's dimensions."""
    return cgutils.unpack_tuple(builder, array.shape)


def place(builder: Any, base: Any, row: Any, row_length: Any, column: Any) -> Any:
    """Address of a number of a matrix."""
    return builder.gep(base, [builder.add(builder.mul(row, row_length), column)])


def load(builder: Any, address: Any, kind: Any = FLOATS, *, align: int = 4) -> Any:
    """Numbers in a row, on an address that is a multiple of a number's size and not of a register's."""
    return builder.load(builder.bitcast(address, kind.as_pointer()), align=align)


def store(builder: Any, value: Any, address: Any) -> None:
    """Write a register to numbers in a row."""
    builder.store(value, builder.bitcast(address, FLOATS.as_pointer()), align=4)


def spread(builder: Any, value: Any, kind: Any = FLOATS) -> Any:
    """A register full of one number."""
    one = builder.insert_element(kind(ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, kind(ir.Undefined), ir.VectorType(ir.IntType(32), kind.count)(None))


def zero(builder: Any) -> Any:
    """A register of zeros that may change; the compiler finds the place for it."""
    return cgutils.alloca_once_value(builder, FLOATS(None))


def add_product(builder: Any, total: Any, factor: Any, value: Any) -> None:
    """``total += factor value``, rounded once where the processor can."""
    term = builder.fmul(factor, value, flags=("contract",))
    builder.store(builder.fadd(builder.load(total), term, flags=("contract",)), total)
