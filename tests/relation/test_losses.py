from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

from rgrl.errors import ConfigError
from rgrl.relation import LocalRelationLoss, RelationLoss, local_relation_kl, relation_kl


def test_global_loss_is_the_mean_over_all_nodes():
    p, t = torch.eye(4), F.normalize(torch.ones(4, 4) + torch.eye(4), dim=1)
    loss = RelationLoss(student_temperature=0.1, teacher_temperature=0.05)
    expected = relation_kl(p, t, t[:2], student_temperature=0.1, teacher_temperature=0.05).mean()
    assert loss(p, t, t[:2]) == expected > 0


def test_local_loss_is_the_mean_over_nodes_that_have_an_anchor():
    p, t = torch.eye(4), F.normalize(torch.ones(4, 4) + torch.eye(4), dim=1)
    index, mask = torch.tensor([[0, 1]] * 4), torch.tensor([[True, True]] * 2 + [[False, False]] * 2)
    loss = LocalRelationLoss(student_temperature=0.1, teacher_temperature=1.0)
    each = local_relation_kl(p, t, t, index, mask, student_temperature=0.1, teacher_temperature=1.0)
    assert each[2:].tolist() == [0, 0]
    assert loss(p, t, t, index, mask) == pytest.approx(each[:2].mean().item())
    assert loss(p, t, t, index, torch.zeros_like(mask)) == 0
    torch.testing.assert_close(loss(p, t, t, index), loss(p, t, t, index, torch.ones_like(mask)))


def test_gradient_steps_lower_the_loss():
    generator = torch.Generator().manual_seed(0)
    t = F.normalize(torch.randn(20, 8, generator=generator), dim=1)
    p = torch.randn(20, 8, generator=generator).requires_grad_()
    loss = RelationLoss(student_temperature=0.1, teacher_temperature=0.05)
    values = []
    for _ in range(20):
        value = loss(F.normalize(p, dim=1), t, t)
        values.append(value.item())
        (grad,) = torch.autograd.grad(value, p)
        p = (p - 2.0 * grad).detach().requires_grad_()
    assert values[-1] < 0.7 * values[0]
    assert all(b < a for a, b in pairwise(values))


@pytest.mark.parametrize("module", [RelationLoss, LocalRelationLoss])
def test_temperatures_are_checked_when_built(module):
    with pytest.raises(ConfigError, match="teacher temperature is -1"):
        module(teacher_temperature=-1)
    assert "student_temperature=0.2" in repr(module(student_temperature=0.2))
