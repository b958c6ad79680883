from __future__ import annotations

import pytest
import torch

from rgrl.training import SGD


@pytest.mark.parametrize("decay_vectors", [True, False])
def test_steps_are_those_of_torch(decay_vectors: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    shapes = ((3, 2), (3,), ())
    ours = [torch.randn(shape, generator=generator, requires_grad=True) for shape in shapes]
    theirs = [each.detach().clone().requires_grad_() for each in ours]
    optimizer = SGD(ours, lr=0.1, momentum=0.9, weight_decay=0.2, decay_vectors=decay_vectors)
    groups = [{"params": theirs[:1]}, {"params": theirs[1:], "weight_decay": 0.2 if decay_vectors else 0.0}]
    expected = torch.optim.SGD(groups, lr=0.1, momentum=0.9, weight_decay=0.2)
    for step in range(5):
        optimizer.lr = expected.param_groups[0]["lr"] = expected.param_groups[1]["lr"] = 0.1 / (step + 1)
        for each, (weight, bias, scale) in ((optimizer, ours), (expected, theirs)):
            each.zero_grad()
            used = (weight**2).sum() + (scale * bias).exp().sum() if step != 2 else (weight**2).sum()
            used.backward()
            each.step()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)


def test_without_gradients_nothing_happens() -> None:
    weight = torch.ones(2, requires_grad=True)
    SGD([weight], lr=0.1, weight_decay=0.5).step()
    assert weight.tolist() == [1.0, 1.0]
