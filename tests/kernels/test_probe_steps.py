"""What the compiled probe refuses; what it computes is tested with its caller, `fit_dense`."""

from __future__ import annotations

import pytest
import torch

from rgrl.kernels.probe_steps import probe_steps
from rgrl.kernels.tile_product import TILE_COLUMNS, TILE_ROWS


def _call(
    *, rows: int = TILE_COLUMNS, width: int = TILE_COLUMNS, classes: int = 2, label: int = 0
) -> torch.Tensor:
    numbers = torch.ones(rows * width // TILE_COLUMNS, TILE_COLUMNS)
    labels, weights = torch.full((rows,), label), torch.ones(TILE_ROWS, width)
    bias = torch.zeros(TILE_ROWS)
    probe_steps(numbers, numbers, labels, weights, bias, classes=classes, steps=1, lr=0.1, weight_decay=0.0)
    return weights


def test_a_split_without_labels_stays_as_it_is() -> None:
    assert torch.equal(_call(label=-1), torch.ones(TILE_ROWS, TILE_COLUMNS))
    assert not torch.equal(_call(), torch.ones(TILE_ROWS, TILE_COLUMNS))


@pytest.mark.parametrize("wrong", [{"rows": 7}, {"width": 5}, {"label": 2}, {"classes": 0}, {"classes": 9}])
def test_what_the_kernel_would_misread_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(TypeError, match="a kernel was given"):
        _call(**wrong)
