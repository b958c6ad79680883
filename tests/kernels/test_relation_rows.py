"""From similarities to divergences and differences of softmaxes, in registers."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from rgrl.kernels.relation_rows import relation_rows

SCALES = {"student_scale": 0.5, "teacher_scale": 1.25}
TOLERANCE = {torch.float32: 2e-5, torch.bfloat16: 2e-2}
both_types = pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])


def normal(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def assert_near(ours: torch.Tensor, exact: torch.Tensor, dtype: torch.dtype) -> None:
    torch.testing.assert_close(ours.double(), exact.double(), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@both_types
@pytest.mark.parametrize(("rows", "anchors"), [(1, 1), (5, 3), (300, 130), (40, 3000)])
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_divergence_and_difference_of_softmaxes(dtype, rows, anchors, scale):
    q, k = (scale * normal(rows, anchors, seed=s) for s in (0, 1))
    q, k = q.to(dtype), k.to(dtype)
    log_q, log_k = (0.5 * q.double()).log_softmax(1), (1.25 * k.double()).log_softmax(1)
    exact = (log_k.exp() * (log_k - log_q)).sum(1)
    found = torch.empty(rows)
    relation_rows(q, k, found, **SCALES)
    torch.testing.assert_close(found.double(), exact, rtol=1e-5, atol=1e-5)
    assert_near(q, log_q.exp() - log_k.exp(), dtype)


def test_equal_logits_diverge_by_nothing_and_huge_ones_stay_finite():
    logits = 1e4 * normal(50, 20, seed=0)
    q, k, rows = logits.clone(), logits.clone(), torch.full((50,), torch.nan)
    relation_rows(q, k, rows, student_scale=3.0, teacher_scale=3.0)
    assert torch.equal(rows, torch.zeros(50))
    assert torch.equal(q, torch.zeros(50, 20))
    q, k = logits.clone(), -logits
    relation_rows(q, k, rows, **SCALES)
    assert torch.isfinite(rows).all() and torch.isfinite(q).all()


@both_types
@pytest.mark.parametrize("place", [0, 17, 63])
def test_the_largest_logit_is_found_wherever_it_is_and_whatever_its_sign(dtype, place):
    """If it were not, the exponential of what is above it would be cut off or overflow."""
    for sign in (1.0, -1.0):
        q = sign * (500 + normal(3, 64, seed=0).abs())
        q[:, place] = q.max() + 50
        q = q.to(dtype)
        k, exact = normal(3, 64, seed=1).to(dtype), (0.5 * q.double()).log_softmax(1)
        log_k = (1.25 * k.double()).log_softmax(1)
        found = torch.empty(3)
        relation_rows(q, k, found, **SCALES)
        torch.testing.assert_close(
            found.double(), (log_k.exp() * (log_k - exact)).sum(1), rtol=1e-5, atol=1e-5
        )
        assert_near(q, exact.exp() - log_k.exp(), dtype)


@both_types
@pytest.mark.parametrize("side", [0, 1])
def test_a_logit_that_is_no_number_is_not_hidden(dtype, side):
    pair = [normal(3, 64, seed=s).to(dtype) for s in (0, 1)]
    pair[side][1, 5] = torch.nan
    found = torch.empty(3)
    relation_rows(*pair, found, **SCALES)
    assert found.isnan().tolist() == [False, True, False]
    assert pair[0].isnan().all(1).tolist() == [False, True, False]
    assert torch.isfinite(pair[0][::2]).all()


def test_a_single_anchor_tells_nothing_and_one_that_is_infinitely_far_is_no_bar_to_the_gradient():
    q, k, found = 1e9 * normal(40, 1, seed=0), normal(40, 1, seed=1), torch.full((40,), torch.nan)
    relation_rows(q, k, found, student_scale=1e3, teacher_scale=0.1)
    assert torch.equal(found, torch.zeros(40)) and torch.equal(q, torch.zeros(40, 1))
    q, k, found = normal(1, 20, seed=0), normal(1, 20, seed=1), torch.empty(1)
    q[0, 3] = -torch.inf
    exact = (0.5 * q.double()).softmax(1) - (1.25 * k.double()).softmax(1)
    relation_rows(q, k, found, **SCALES)
    assert found.item() == torch.inf
    assert_near(q, exact, torch.float32)


@pytest.mark.parametrize("scale", [1e5, 1e10])
def test_the_lowest_temperatures_leave_the_largest_alone(scale):
    q, k, found = normal(60, 50, seed=0), normal(60, 50, seed=1), torch.empty(60)
    first, second = (F.one_hot(z.argmax(1), 50) for z in (q, k))
    log_q = scale * (q.double() - q.double().amax(1, keepdim=True))
    relation_rows(q, k, found, student_scale=scale, teacher_scale=scale)
    torch.testing.assert_close(found.double(), -log_q[second.bool()], rtol=1e-6, atol=1e-6)
    assert_near(q, first - second, torch.float32)


def test_no_share_is_so_small_that_the_processor_is_slow_with_it():
    q, k, found = normal(20, 300, seed=0), normal(20, 300, seed=1), torch.empty(20)
    relation_rows(q, k, found, student_scale=20.0, teacher_scale=25.0)
    least = torch.finfo(torch.float32).tiny
    assert (k >= least).all() and ((q == 0) | (q.abs() >= least)).all()
    assert k.min() < 1e-25  # such as would be, of powers that are not cut off


def test_bfloat16_is_the_rounded_float32():
    half = [(3 * normal(30, 77, seed=s)).bfloat16() for s in (0, 1)]
    wide, found = [z.float() for z in half], torch.empty(30)
    relation_rows(*wide, found, **SCALES)
    relation_rows(*half, found, **SCALES)
    assert torch.equal(half[0], wide[0].bfloat16())
