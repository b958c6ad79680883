"""Products by tiles are torch's, to the rounding of their sums."""

from __future__ import annotations

import pytest
import torch
from numba.core.errors import TypingError

from rgrl.kernels.tile_product import TILE_COLUMNS, TILE_ROWS, in_panels, tile_product, up_to


@pytest.mark.parametrize("rows", [TILE_ROWS, 2 * TILE_ROWS, 3 * TILE_ROWS, 5 * TILE_ROWS])
@pytest.mark.parametrize("depth", [1, 2, 33])
@pytest.mark.parametrize("panels", [1, 3])
def test_products(rows: int, depth: int, panels: int) -> None:
    generator = torch.Generator().manual_seed(0)
    left = torch.randn(rows, depth, generator=generator)
    right = torch.randn(depth, panels * TILE_COLUMNS, generator=generator)
    out = torch.full((rows, panels * TILE_COLUMNS), torch.nan)
    tile_product(left.numpy(), in_panels(right[None]).numpy(), out.numpy())
    torch.testing.assert_close(out.double(), left.double() @ right.double(), rtol=1e-6, atol=1e-5)


def test_a_nan_stays_in_its_row_and_column() -> None:
    left, right = torch.ones(TILE_ROWS, 3), torch.ones(3, TILE_COLUMNS)
    left[1, 2] = torch.nan
    right[0, 5] = torch.inf
    out = torch.empty(TILE_ROWS, TILE_COLUMNS)
    tile_product(left.numpy(), in_panels(right[None]).numpy(), out.numpy())
    assert torch.equal(out.isnan(), (torch.arange(TILE_ROWS) == 1)[:, None].expand_as(out))
    assert torch.equal(out[0].isinf(), torch.arange(TILE_COLUMNS) == 5)


def test_panels_of_several_matrices_stand_one_below_the_other() -> None:
    matrices = torch.arange(2 * 3 * 2 * TILE_COLUMNS).float().view(2, 3, -1)
    panels = in_panels(matrices)
    assert panels.shape == (2 * 2 * 3, TILE_COLUMNS)
    assert torch.equal(panels[:3], matrices[0, :, :TILE_COLUMNS])
    assert torch.equal(panels[3:6], matrices[0, :, TILE_COLUMNS:])
    assert torch.equal(panels[6:9], matrices[1, :, :TILE_COLUMNS])
    turned = in_panels(torch.ones(1, TILE_COLUMNS, 5).cumsum(1).transpose(1, 2))
    assert torch.equal(turned, torch.arange(1.0, TILE_COLUMNS + 1).expand(5, -1))


def test_what_is_not_contiguous_is_not_compiled() -> None:
    left, right = torch.ones(TILE_ROWS, 6)[:, ::2], in_panels(torch.ones(1, 3, TILE_COLUMNS))
    with pytest.raises(TypingError, match="is not contiguous"):
        tile_product(left.numpy(), right.numpy(), torch.empty(TILE_ROWS, TILE_COLUMNS).numpy())


@pytest.mark.parametrize(("size", "multiple", "want"), [(0, 4, 0), (1, 4, 4), (4, 4, 4), (33, 32, 64)])
def test_up_to(size: int, multiple: int, want: int) -> None:
    assert up_to(size, multiple) == want
