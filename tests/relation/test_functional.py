from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

import rgrl.relation.global_term as global_module
import rgrl.relation.local_term as local_module
from rgrl.errors import ConfigError, DataError
from rgrl.relation import local_relation_kl, relation_kl
from rgrl.relation.workspace import keep_workspaces


def rows(*shape: int, seed: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    draw = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return F.normalize(draw, dim=-1).to(dtype)


def naive_relation_kl(p, t, anchors, tau_s, tau_t):
    """The formula as it is printed, one node and one anchor at a time."""
    result = []
    for i in range(p.shape[0]):
        q = torch.softmax(torch.stack([p[i] @ a / tau_s for a in anchors]), 0)
        k = torch.softmax(torch.stack([t[i] @ a / tau_t for a in anchors]), 0)
        result.append(sum(k_s * (k_s.log() - q_s.log()) for k_s, q_s in zip(k, q, strict=True) if k_s > 0))
    return torch.stack([torch.as_tensor(r) for r in result])


def naive_local(p, t, anchors, index, mask, tau_s, tau_t):
    result = []
    for i in range(p.shape[0]):
        own = anchors[index[i][mask[i]]]
        if own.shape[0] == 0:
            result.append(p[i].sum() * 0)
            continue
        result.append(naive_relation_kl(p[i : i + 1], t[i : i + 1], own, tau_s, tau_t)[0])
    return torch.stack(result)


@pytest.mark.parametrize("teacher_temperature", [0.01, 0.05, 1.0])
@pytest.mark.parametrize("block", [1, 64, 1 << 18])
def test_global_value_and_gradient_are_the_formulas(monkeypatch, block, teacher_temperature):
    monkeypatch.setattr(global_module, "_BLOCK_ENTRIES_IF_NEW", block)
    monkeypatch.setattr(global_module, "_LEAST_ROWS", 1)
    p, t, anchors = rows(7, 5, seed=0).requires_grad_(), rows(7, 5, seed=1), rows(4, 5, seed=2)
    weights = torch.arange(1.0, 8.0, dtype=torch.float64)
    ours = relation_kl(p, t, anchors, student_temperature=0.1, teacher_temperature=teacher_temperature)
    naive = naive_relation_kl(p, t, anchors, 0.1, teacher_temperature)
    torch.testing.assert_close(ours, naive, rtol=1e-9, atol=1e-12)
    (grad,) = torch.autograd.grad(ours @ weights, p)
    (expected,) = torch.autograd.grad(naive @ weights, p)
    torch.testing.assert_close(grad, expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(("entries", "least"), [(1, 3), (12, 1), (15, 3), (28, 7)])
def test_blocks_have_as_many_entries_as_they_may_and_no_fewer_rows_than_they_must(
    monkeypatch, entries, least, kept, width
):
    seen = []
    real = global_module._divergence_

    def divergence(q, k, *rest):
        seen.append((tuple(q.shape), tuple(k.shape)))
        real(q, k, *rest)

    monkeypatch.setattr(global_module, "_divergence_", divergence)
    monkeypatch.setattr(global_module, "_BLOCK_ENTRIES" if kept else "_BLOCK_ENTRIES_IF_NEW", entries)
    monkeypatch.setattr(global_module, "_LEAST_ROWS", least)
    anchors = 6 - width  # the larger of both decides
    p, t, a = (torch.randn(size, width, dtype=torch.float32) for size in (7, 7, anchors))
    with keep_workspaces() if kept else nullcontext():
        found = relation_kl(p, t, a, student_temperature=0.1, teacher_temperature=0.2)
    sizes = [7] if entries == 28 else [3, 3, 1]
    assert seen == [((size, anchors), (size, anchors)) for size in sizes]
    log_q, log_k = ((rows @ a.T / tau).log_softmax(1) for rows, tau in ((p, 0.1), (t, 0.2)))
    torch.testing.assert_close(found, (log_k.exp() * (log_k - log_q)).sum(1), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("block", [1, 1 << 18])
def test_local_value_and_gradient_are_the_formulas(monkeypatch, block):
    monkeypatch.setattr(local_module, "_BLOCK_ENTRIES", block)
    p, t, anchors = rows(6, 5, seed=3).requires_grad_(), rows(6, 5, seed=4), rows(9, 5, seed=5)
    generator = torch.Generator().manual_seed(6)
    index = torch.randint(9, (6, 3), generator=generator)
    mask = torch.tensor([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 1, 1], [1, 0, 1]]).bool()
    ours = local_relation_kl(p, t, anchors, index, mask, student_temperature=0.1, teacher_temperature=0.5)
    naive = naive_local(p, t, anchors, index, mask, 0.1, 0.5)
    torch.testing.assert_close(ours, naive, rtol=1e-9, atol=1e-12)
    weights = torch.arange(1.0, 7.0, dtype=torch.float64)
    (grad,) = torch.autograd.grad(ours @ weights, p)
    (expected,) = torch.autograd.grad(naive @ weights, p)
    torch.testing.assert_close(grad, expected, rtol=1e-8, atol=1e-10)
    assert grad[3].abs().sum() == 0


def test_gradcheck_in_double():
    p, t, anchors = rows(3, 4, seed=0).requires_grad_(), rows(3, 4, seed=1), rows(5, 4, seed=2)
    index = torch.tensor([[0, 1], [2, 3], [4, 4]])
    taus = {"student_temperature": 0.3, "teacher_temperature": 0.2}
    assert torch.autograd.gradcheck(lambda s: relation_kl(s, t, anchors, **taus), p)
    assert torch.autograd.gradcheck(lambda s: local_relation_kl(s, t, anchors, index, **taus), p)


@given(
    n=st.integers(1, 6),
    m=st.integers(1, 6),
    tau_s=st.sampled_from([0.01, 0.1, 1.0]),
    tau_t=st.sampled_from([0.01, 0.1, 1.0]),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_divergence_is_finite_never_negative_and_zero_for_equal_relations(n, m, tau_s, tau_t, seed):
    p, t, anchors = (rows(k, 3, seed=seed + i, dtype=torch.float32) for i, k in enumerate((n, n, m)))
    value = relation_kl(p, t, anchors, student_temperature=tau_s, teacher_temperature=tau_t)
    assert torch.isfinite(value).all()
    assert (value > -1e-5).all()
    same = relation_kl(t, t, anchors, student_temperature=tau_t, teacher_temperature=tau_t)
    assert same.abs().max() < 1e-6


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single_at_a_low_temperature(dtype):
    p, t, anchors = (rows(k, 16, seed=k, dtype=dtype) for k in (8, 8, 12))
    p.requires_grad_()
    value = relation_kl(p, t, anchors, student_temperature=0.01, teacher_temperature=0.01)
    exact = relation_kl(
        *(v.detach().double() for v in (p, t, anchors)), student_temperature=0.01, teacher_temperature=0.01
    )
    assert value.dtype == torch.float32
    torch.testing.assert_close(value.double(), exact, rtol=1e-4, atol=1e-4)
    value.sum().backward()
    assert p.grad is not None
    assert p.grad.dtype == dtype
    assert torch.isfinite(p.grad).all()


def test_only_the_student_gets_a_gradient():
    p, t, anchors = (rows(4, 3, seed=s).requires_grad_() for s in range(3))
    relation_kl(p, t, anchors, student_temperature=0.1, teacher_temperature=0.1).sum().backward()
    assert p.grad is not None
    assert t.grad is None
    assert anchors.grad is None


def test_bad_arguments_are_named():
    p = rows(4, 3, seed=0)
    taus = {"student_temperature": 0.1, "teacher_temperature": 0.1}
    with pytest.raises(ConfigError, match=r"teacher temperature is 0\.0"):
        relation_kl(p, p, p, student_temperature=0.1, teacher_temperature=0.0)
    with pytest.raises(ConfigError, match="student temperature is nan"):
        relation_kl(p, p, p, student_temperature=float("nan"), teacher_temperature=0.1)
    with pytest.raises(DataError, match=r"student \[4, 3\] and teacher \[3, 3\]"):
        relation_kl(p, p[:3], p, **taus)
    with pytest.raises(DataError, match=r"anchors \[4, 2\]"):
        relation_kl(p, p, p[:, :2], **taus)
    with pytest.raises(DataError, match=r"anchors \[0, 3\]"):
        relation_kl(p, p, p[:0], **taus)
    with pytest.raises(DataError, match=r"index \[3, 2\]"):
        local_relation_kl(p, p, p, torch.zeros(3, 2, dtype=torch.long), **taus)
    with pytest.raises(DataError, match=r"mask \[4, 1\]"):
        local_relation_kl(p, p, p, torch.zeros(4, 2, dtype=torch.long), torch.ones(4, 1).bool(), **taus)


def test_float32_is_the_formula_too():
    """The compiled passes, which take float32 and not float64."""
    p, t = (rows(300, 16, seed=s, dtype=torch.float32) for s in (0, 1))
    anchors, p = rows(40, 16, seed=2, dtype=torch.float32), p.requires_grad_()
    index, taus = torch.arange(900).reshape(300, 3) % 40, {"student_temperature": 0.1}
    exact = p.detach().double().requires_grad_()
    for ours, same in (
        (
            relation_kl(p, t, anchors, teacher_temperature=0.01, **taus),
            relation_kl(exact, t.double(), anchors.double(), teacher_temperature=0.01, **taus),
        ),
        (
            local_relation_kl(p, t, anchors, index, teacher_temperature=0.01, **taus),
            local_relation_kl(exact, t.double(), anchors.double(), index, teacher_temperature=0.01, **taus),
        ),
    ):
        torch.testing.assert_close(ours.double(), same, rtol=1e-5, atol=1e-5)
        (grad,), (expected,) = torch.autograd.grad(ours.sum(), p), torch.autograd.grad(same.sum(), exact)
        torch.testing.assert_close(grad.double(), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("bad", [-1, 9])
def test_an_anchor_that_is_not_there_is_named(bad):
    p = rows(2, 4, seed=0)
    index, taus = torch.tensor([[0, bad], [1, 2]]), {"student_temperature": 0.1, "teacher_temperature": 0.1}
    with pytest.raises(DataError, match=f"index reaches .*{bad}.*anchors 0 to 8 are accepted"):
        local_relation_kl(p, p, rows(9, 4, seed=1), index, **taus)
    mask = torch.tensor([[True, False], [True, True]])
    assert torch.isfinite(local_relation_kl(p, p, rows(9, 4, seed=1), index, mask, **taus)).all()


def test_more_anchors_a_row_than_there_are():
    p, taus = rows(3, 4, seed=0), {"student_temperature": 0.1, "teacher_temperature": 0.2}
    index = torch.tensor([[0, 1, 0], [1, 1, 1], [0, 0, 1]])
    t, anchors, mask = rows(3, 4, seed=1), rows(2, 4, seed=2), torch.ones(3, 3, dtype=torch.bool)
    ours = local_relation_kl(p, t, anchors, index, **taus)
    torch.testing.assert_close(ours, naive_local(p, t, anchors, index, mask, 0.1, 0.2))
    single = local_relation_kl(p.float(), t.float(), anchors.float(), index, **taus)
    torch.testing.assert_close(single.double(), ours, rtol=1e-4, atol=1e-5)


def test_autocast_leaves_float32_alone():
    p, t, anchors = (rows(20, 8, seed=s, dtype=torch.float32) for s in range(3))
    index, taus = torch.arange(20).unsqueeze(1), {"student_temperature": 0.1, "teacher_temperature": 0.01}
    plain = relation_kl(p, t, anchors, **taus), local_relation_kl(p, t, t, index, **taus)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = relation_kl(p, t, anchors, **taus), local_relation_kl(p, t, t, index, **taus)
    assert torch.equal(plain[0], cast[0])
    assert torch.equal(plain[1], cast[1])


def test_a_second_derivative_is_refused():
    p, t = rows(3, 4, seed=0).requires_grad_(), rows(3, 4, seed=1)
    weight = torch.ones(3, dtype=torch.float64, requires_grad=True)
    loss = weight @ relation_kl(p, t, t, student_temperature=0.1, teacher_temperature=0.1)
    (grad,) = torch.autograd.grad(loss, p, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()


def test_float32_is_exact_to_a_millionth():
    """Loss and gradient as a whole, where rounding of the similarities alone does not cost more than that."""
    p, t = (rows(500, 32, seed=s, dtype=torch.float32) for s in (0, 1))
    anchors, index = rows(64, 32, seed=2, dtype=torch.float32), torch.arange(2000).reshape(500, 4) % 64
    taus = {"student_temperature": 0.5, "teacher_temperature": 0.4}
    for loss in (relation_kl, lambda p, t, a, **taus: local_relation_kl(p, t, a, index, **taus)):
        ours, exact = p.clone().requires_grad_(), p.double().requires_grad_()
        mine = loss(ours, t, anchors, **taus).mean()
        right = loss(exact, t.double(), anchors.double(), **taus).mean()
        mine.backward()
        right.backward()
        assert abs(mine.double() - right) < 1e-6 * right
        assert (ours.grad.double() - exact.grad).norm() < 1e-6 * exact.grad.norm()


def test_types_of_index_and_mask():
    p, t = (rows(3, 4, seed=s, dtype=torch.float32) for s in (0, 1))
    taus = {"student_temperature": np.float32(0.1), "teacher_temperature": np.float32(0.2)}
    index = torch.tensor([[0, 1], [1, 2], [2, 0]])
    expected = local_relation_kl(p, t, t, index, student_temperature=0.1, teacher_temperature=0.2)
    assert expected.min() > 0
    torch.testing.assert_close(local_relation_kl(p, t, t, index.int(), **taus), expected)
    with pytest.raises(DataError, match=r"index has dtype torch\.float32"):
        local_relation_kl(p, t, t, index.float(), **taus)
    with pytest.raises(DataError, match=r"mask has dtype torch\.int64"):
        local_relation_kl(p, t, t, index, torch.ones_like(index), **taus)


def test_a_temperature_that_is_to_be_learned_is_refused():
    rows, learned = torch.eye(2), torch.tensor(0.1, requires_grad=True)
    with pytest.raises(ConfigError, match="the student temperature requires a gradient"):
        relation_kl(rows, rows, rows, student_temperature=learned, teacher_temperature=0.1)
    plain = learned.detach()
    assert relation_kl(rows, rows, rows, student_temperature=plain, teacher_temperature=0.1).sum() == 0
