from __future__ import annotations

import pytest
import torch

from rgrl.evaluate.batched_adam import BatchedAdam


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_equals_torch(weight_decay: float) -> None:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(3, 4, 5, generator=generator)
    ours, theirs = start.clone(), torch.nn.Parameter(start.clone())
    adam = BatchedAdam(ours, lr=0.01, weight_decay=weight_decay)
    reference = torch.optim.AdamW([theirs], lr=0.01, weight_decay=weight_decay)
    for _ in range(50):
        gradient = torch.randn(3, 4, 5, generator=generator)
        theirs.grad = gradient.clone()
        reference.step()
        adam.step(gradient)
    assert adam.updates == 50
    torch.testing.assert_close(ours, theirs.detach(), rtol=1e-6, atol=1e-6)
