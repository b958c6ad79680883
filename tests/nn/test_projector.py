from __future__ import annotations

import torch
from torch.nn import functional as F

from rgrl.nn import Projector


def test_projection_is_linear_elu_linear():
    head = Projector(3, 5, generator=torch.Generator().manual_seed(0))
    rows = torch.randn(4, 3, generator=torch.Generator().manual_seed(1))
    hidden = rows @ head.first.weight.T + head.first.bias
    hidden = torch.where(hidden > 0, hidden, hidden.exp() - 1)
    torch.testing.assert_close(head(rows), hidden @ head.second.weight.T + head.second.bias)
    assert head(F.pad(rows, (0, 0, 0, 2))).shape == (6, 3)


def test_weights_come_from_the_generator_alone_and_within_torchs_bound():
    state = torch.get_rng_state()
    first, second = (Projector(4, 64, generator=torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(state, torch.get_rng_state())
    for ours, theirs in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    for layer, bound in ((first.first, 1 / 2), (first.second, 1 / 8)):
        assert 0.8 * bound < layer.weight.abs().max() <= bound
        assert layer.bias.abs().max() <= bound
