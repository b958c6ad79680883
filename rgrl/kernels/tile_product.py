"""Products of small matrices within a kernel, a tile of the result in registers at a time."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from torch import Tensor

_WIDE = binding.get_host_cpu_features().get("avx512f", False)
_LANES = 16 if _WIDE else 8

#: Rows of the result come in multiples of this.
TILE_ROWS = 4

#: Columns of the result come in multiples of this.
TILE_COLUMNS = 2 * _LANES

_MORE_ROWS = 8 if _WIDE else TILE_ROWS  # 16 of the 32 registers of AVX-512, 8 of AVX's 16


def up_to(size: int, multiple: int) -> int:
    """The first multiple that is no smaller."""
    return -(-size // multiple) * multiple


def in_panels(matrices: Tensor) -> Tensor:
    """Each of the matrices ``[S, k, n]`` as :func:`tile_product` reads it, one below the other.

    A panel is :data:`TILE_COLUMNS` columns, whose numbers stand as the product takes them; ``[S n/t k, t]``.
    """
    splits, k, n = matrices.shape
    panels = matrices.reshape(splits, k, n // TILE_COLUMNS, TILE_COLUMNS).transpose(1, 2)
    return panels.contiguous().view(-1, TILE_COLUMNS)


def _index(value: int) -> Any:
    return ir.Constant(ir.IntType(64), value)


def _tile(height: int) -> Any:
    @intrinsic
    def tile(typing_context: Any, left: Any, panels: Any, out: Any, row: Any, panel: Any) -> Any:
        signature = types.void(left, panels, out, row, panel)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            # The vectors are written out: left to itself, the compiler takes half their width.
            arrays = [
                context.make_array(kind)(context, builder, value)
                for kind, value in zip(signature.args[:3], arguments[:3], strict=True)
            ]
            _, depth = cgutils.unpack_tuple(builder, arrays[0].shape)
            _, width = cgutils.unpack_tuple(builder, arrays[2].shape)
            top, panel = arguments[3:]
            first, column = builder.mul(panel, depth), builder.mul(panel, _index(TILE_COLUMNS))
            vector = ir.VectorType(ir.FloatType(), _LANES)
            same = ir.Constant(ir.VectorType(ir.IntType(32), _LANES), None)
            rows = [builder.add(top, _index(i)) for i in range(height)]
            lanes = [_index(i * _LANES) for i in range(2)]
            sums = [[cgutils.alloca_once_value(builder, vector(None)) for _ in lanes] for _ in rows]

            def place(array: Any, row: Any, row_length: Any, column: Any) -> Any:
                return builder.gep(array.data, [builder.add(builder.mul(row, row_length), column)])

            def vector_at(*where: Any) -> Any:
                return builder.bitcast(place(*where), vector.as_pointer())

            with cgutils.for_range(builder, depth) as loop:
                row = builder.add(first, loop.index)
                values = [
                    builder.load(vector_at(arrays[1], row, _index(TILE_COLUMNS), lane), align=4)
                    for lane in lanes
                ]
                for r, into in zip(rows, sums, strict=True):
                    factor = builder.load(place(arrays[0], r, depth, loop.index))
                    one = builder.insert_element(vector(ir.Undefined), factor, ir.Constant(ir.IntType(32), 0))
                    spread = builder.shuffle_vector(one, vector(ir.Undefined), same)
                    for value, total in zip(values, into, strict=True):
                        term = builder.fmul(spread, value, flags=("contract",))
                        builder.store(builder.fadd(builder.load(total), term, flags=("contract",)), total)
            for r, into in zip(rows, sums, strict=True):
                for lane, total in zip(lanes, into, strict=True):
                    address = vector_at(arrays[2], r, width, builder.add(column, lane))
                    builder.store(builder.load(total), address, align=4)
            return context.get_dummy_value()

        return signature, generate

    return tile


_low_tile, _high_tile = _tile(TILE_ROWS), _tile(_MORE_ROWS)


@numba.njit
def tile_product(left: Any, panels: Any, out: Any) -> None:  # pragma: no cover - compiled
    """``out = left · right`` in float32; every number is summed in the order of the rows of ``right``.

    Args:
        left: ``[m, k]``, m a multiple of :data:`TILE_ROWS`.
        panels: ``right``, ``[k, n]``, as :func:`in_panels` puts it.
        out: ``[m, n]``; changed.
    """
    rows = left.shape[0]
    for panel in range(out.shape[1] // TILE_COLUMNS):
        row = 0
        while row + _MORE_ROWS <= rows:
            _high_tile(left, panels, out, row, panel)
            row += _MORE_ROWS
        while row < rows:
            _low_tile(left, panels, out, row, panel)
            row += TILE_ROWS
