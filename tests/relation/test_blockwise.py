from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from rgrl.errors import ConfigError
from rgrl.relation import blockwise_sum, relation_kl


@given(nodes=st.integers(0, 9), block_rows=st.integers(1, 12), seed=st.integers(0, 5))
def test_value_and_gradient_are_those_of_one_block(nodes, block_rows, seed):
    generator = torch.Generator().manual_seed(seed)
    head = nn.Linear(4, 4, device="meta").to_empty(device="cpu").double()
    for parameter in head.parameters():
        nn.init.normal_(parameter, generator=generator)
    rows = torch.randn(nodes, 4, dtype=torch.float64, generator=generator).requires_grad_()
    teacher = torch.randn(nodes, 4, dtype=torch.float64, generator=generator)
    anchors = torch.randn(3, 4, dtype=torch.float64, generator=generator)

    def share(block, part):
        p = F.normalize(head(block), dim=1)
        return relation_kl(p, teacher[part], anchors, student_temperature=0.5, teacher_temperature=0.2).sum()

    def value_and_gradients(total):
        wanted = [rows, *head.parameters()]
        return total.detach(), torch.autograd.grad(3 * total, wanted, materialize_grads=True)

    whole = value_and_gradients(share(rows, slice(None)))
    blocks = value_and_gradients(blockwise_sum(share, rows, head.parameters(), block_rows=block_rows))
    torch.testing.assert_close(blocks, whole, rtol=1e-12, atol=1e-12)
    with torch.no_grad():
        torch.testing.assert_close(blockwise_sum(share, rows, block_rows=block_rows), whole[0])


def test_a_parameter_that_takes_no_gradient_gets_none():
    rows, scale = torch.ones(3, 2, requires_grad=True), nn.Parameter(torch.ones(()), requires_grad=False)
    blockwise_sum(lambda block, _: (block * scale).sum(), rows, [scale], block_rows=2).backward()
    assert scale.grad is None
    assert rows.grad.tolist() == [[1.0, 1.0]] * 3


@pytest.mark.parametrize("block_rows", [2, 9])
def test_parameters_that_share_a_gradient_do_not_add_to_each_other(block_rows):
    rows, a, b = torch.ones(5, 2), nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))
    blockwise_sum(lambda block, _: (block * (a + b)).sum(), rows, [a, b], block_rows=block_rows).backward()
    assert a.grad.tolist() == b.grad.tolist() == [5.0, 5.0]


@pytest.mark.parametrize("block_rows", [2, 9])
def test_a_gradient_that_its_owner_changes_comes_again_unchanged(block_rows):
    rows, weight = torch.ones(5, 2, requires_grad=True), nn.Parameter(torch.ones(2))
    total = blockwise_sum(lambda block, _: (block * weight).sum(), rows, [weight], block_rows=block_rows)
    for _ in range(2):
        for grad in torch.autograd.grad(total, [rows, weight], retain_graph=True):
            grad.zero_()
    total.backward()
    assert rows.grad.tolist() == [[1.0, 1.0]] * 5
    assert weight.grad.tolist() == [5.0, 5.0]


def test_only_one_block_stands_in_memory():
    seen = []

    def share(block, part):
        seen.append(block.shape[0])
        return block.sum()

    rows = torch.ones(7, 2, requires_grad=True)
    blockwise_sum(share, rows, block_rows=3).backward()
    assert seen == [3, 3, 1]


def test_bad_block_is_named():
    with pytest.raises(ConfigError, match="block_rows is 0"):
        blockwise_sum(lambda block, _: block.sum(), torch.ones(2, 2), block_rows=0)


def test_autocast_to_float16_is_refused_where_a_gradient_is_taken():
    rows = torch.ones(2, 2, requires_grad=True)
    with torch.autocast("cpu", dtype=torch.float16):
        with pytest.raises(ConfigError, match="autocast is to float16"):
            blockwise_sum(lambda block, _: block.sum(), rows, block_rows=1)
        assert blockwise_sum(lambda block, _: block.sum(), rows.detach(), block_rows=1) == 4
