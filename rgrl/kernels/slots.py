"""Arguments of a compiled entry point, as whole numbers in a row: what a kernel reads on its side.

A tensor takes three slots (address, rows, columns), a number one. Slot 0 counts the blocks that were taken,
slot 1 holds how many there are.
"""

from __future__ import annotations

from typing import Any

import numba
from numba import types
from numba.extending import intrinsic

#: One signature for every entry point, so that one launcher serves them all.
ENTRY = types.void(types.CPointer(types.int64))

#: Sums may be reordered, so that they run in vectors; NaN and infinity keep their meaning.
FASTMATH = {"reassoc", "contract", "nsz", "arcp", "afn"}


def _address_as(element: Any) -> Any:
    @intrinsic
    def cast(typing_context: Any, address: Any) -> Any:
        signature = types.CPointer(element)(types.int64)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return signature, generate

    return cast


_as_float32, _as_int32 = _address_as(types.float32), _address_as(types.int32)
_as_int64, _as_uint8, _as_uint16 = (_address_as(t) for t in (types.int64, types.uint8, types.uint16))


@numba.njit
def float32_matrix(slots: Any, at: int) -> Any:  # pragma: no cover - compiled
    """Tensor float32 ``[rows, columns]`` whose slots begin at ``at``."""
    return numba.carray(_as_float32(slots[at]), (slots[at + 1], slots[at + 2]))


@numba.njit
def bfloat16_matrix(slots: Any, at: int) -> Any:  # pragma: no cover - compiled
    """Tensor bfloat16 ``[rows, columns]``, as its bits."""
    return numba.carray(_as_uint16(slots[at]), (slots[at + 1], slots[at + 2]))


@numba.njit
def float32_vector(slots: Any, at: int) -> Any:  # pragma: no cover - compiled
    """Tensor float32 ``[n]``."""
    return numba.carray(_as_float32(slots[at]), (slots[at + 1],))


@numba.njit
def int32_vector(slots: Any, at: int) -> Any:  # pragma: no cover - compiled
    """Tensor int32 ``[n]``."""
    return numba.carray(_as_int32(slots[at]), (slots[at + 1],))


@numba.njit
def int64_vector(slots: Any, at: int) -> Any:  # pragma: no cover - compiled
    """Tensor int64 ``[n]``."""
    return numba.carray(_as_int64(slots[at]), (slots[at + 1],))


@numba.njit
def int64_matrix(slots: Any, at: int) -> Any:  # pragma: no cover - compiled
    """Tensor int64 ``[rows, columns]``."""
    return numba.carray(_as_int64(slots[at]), (slots[at + 1], slots[at + 2]))


@numba.njit
def bool_matrix(slots: Any, at: int) -> Any:  # pragma: no cover - compiled
    """Tensor bool ``[rows, columns]``, as bytes."""
    return numba.carray(_as_uint8(slots[at]), (slots[at + 1], slots[at + 2]))


@intrinsic
def real(typing_context: Any, slots: Any, at: Any) -> Any:
    """The number with a fraction that stands in a slot."""
    signature = types.float64(slots, types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        bits = builder.load(builder.gep(arguments[0], [arguments[1]]))
        return builder.bitcast(bits, context.get_value_type(types.float64))

    return signature, generate


@intrinsic
def take_block(typing_context: Any, slots: Any) -> Any:
    """The next block that no thread has taken yet; the work is spread by whoever is free."""
    signature = types.int64(slots)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        one = context.get_constant(types.int64, 1)
        return builder.atomic_rmw("add", arguments[0], one, "monotonic")

    return signature, generate
