"""Products of small matrices within a kernel, a tile of the result in registers at a time."""

from __future__ import annotations

from typing import Any

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from torch import Tensor

from rgrl.kernels.vectors import (
    LANES,
    WIDE,
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

#: Rows of the result come in multiples of this.
TILE_ROWS = 4

#: Columns of the result come in multiples of this.
TILE_COLUMNS = 2 * LANES

_MORE_ROWS = 8 if WIDE else TILE_ROWS  # 16 of the 32 registers of AVX-512, 8 of AVX's 16


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


def _tile(height: int) -> Any:
    @intrinsic
    def tile(typing_context: Any, left: Any, panels: Any, out: Any, row: Any, panel: Any) -> Any:
        require_contiguous(left, panels, out)
        signature = types.void(left, panels, out, row, panel)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            factors, numbers, result = (
                array(context, builder, kind, value)
                for kind, value in zip(signature.args[:3], arguments[:3], strict=True)
            )
            _, depth = lengths(builder, factors)
            _, width = lengths(builder, result)
            top, panel = arguments[3:]
            first, column = builder.mul(panel, depth), builder.mul(panel, index(TILE_COLUMNS))
            rows = [builder.add(top, index(i)) for i in range(height)]
            lanes = [index(0), index(LANES)]
            sums = [[zero(builder) for _ in lanes] for _ in rows]
            with cgutils.for_range(builder, depth) as loop:
                k = builder.add(first, loop.index)
                values = [
                    load(builder, place(builder, numbers.data, k, index(TILE_COLUMNS), lane))
                    for lane in lanes
                ]
                for r, into in zip(rows, sums, strict=True):
                    factor = spread(builder, builder.load(place(builder, factors.data, r, depth, loop.index)))
                    for value, total in zip(values, into, strict=True):
                        add_product(builder, total, factor, value)
            for r, into in zip(rows, sums, strict=True):
                for lane, total in zip(lanes, into, strict=True):
                    address = place(builder, result.data, r, width, builder.add(column, lane))
                    store(builder, builder.load(total), address)
            return context.get_dummy_value()

        return signature, generate

    return tile


_low_tile, _high_tile = _tile(TILE_ROWS), _tile(_MORE_ROWS)


@numba.njit
def tile_product(left: Any, panels: Any, out: Any) -> None:  # pragma: no cover - compiled
    """``out = left · right``; every number is summed in the order of the rows of ``right``.

    All are contiguous float32; shapes are the caller's to check.

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
