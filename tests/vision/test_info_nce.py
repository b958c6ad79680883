from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.vision import info_nce


def _rows(count: int, seed: int) -> torch.Tensor:
    rows = torch.randn(count, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return F.normalize(rows, dim=1)


def test_it_is_the_formula_in_value_and_gradient() -> None:
    student, teacher, anchors = _rows(4, 0).requires_grad_(), _rows(4, 1).requires_grad_(), _rows(6, 2)
    loss = info_nce(student, teacher, anchors, temperature=0.2)
    naive = torch.stack(
        [
            -torch.log(
                torch.exp(p @ t / 0.2)
                / (torch.exp(p @ t / 0.2) + sum(torch.exp(p @ a / 0.2) for a in anchors))
            )
            for p, t in zip(student, teacher.detach(), strict=True)
        ]
    )
    torch.testing.assert_close(loss, naive)
    torch.testing.assert_close(
        torch.autograd.grad(loss.sum(), student)[0], torch.autograd.grad(naive.sum(), student)[0]
    )
    assert torch.autograd.grad(
        info_nce(student, teacher, anchors, temperature=0.2).sum(), teacher, allow_unused=True
    ) == (None,)


def test_a_low_temperature_in_half_precision_stays_finite() -> None:
    student, teacher, anchors = (_rows(4, seed).bfloat16() for seed in range(3))
    loss = info_nce(student, teacher, anchors, temperature=0.001)
    assert loss.dtype == torch.float32
    assert torch.isfinite(loss).all()


def test_the_temperature_is_checked() -> None:
    with pytest.raises(ConfigError, match="temperature is 0"):
        info_nce(_rows(1, 0), _rows(1, 1), _rows(1, 2), temperature=0)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match=r"student \[4, 3\] and teacher \[1, 3\]"):
        info_nce(_rows(4, 0), _rows(1, 1), _rows(6, 2), temperature=0.2)
    with pytest.raises(DataError, match=r"anchors \[6, 2\] must be \[m, 3\]"):
        info_nce(_rows(4, 0), _rows(4, 1), _rows(6, 2)[:, :2], temperature=0.2)
