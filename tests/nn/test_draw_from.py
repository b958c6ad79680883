from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from rgrl.nn import draw_from


def test_weights_come_from_the_generator_and_the_global_stream_stays():
    state = torch.get_rng_state()
    weights = []
    for seed in (0, 0, 1):
        with draw_from(torch.Generator().manual_seed(seed)):
            weights.append(nn.Linear(4, 3).weight)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert torch.equal(state, torch.get_rng_state())


def test_the_generator_moves_so_that_two_modules_differ():
    generator = torch.Generator().manual_seed(0)
    with draw_from(generator):
        first = nn.Linear(4, 3).weight
    with draw_from(generator):
        second = nn.Linear(4, 3).weight
    assert not torch.equal(first, second)


def test_the_stream_is_put_back_after_an_error():
    state = torch.get_rng_state()
    with pytest.raises(KeyError), draw_from(torch.Generator().manual_seed(0)):
        torch.rand(3)
        raise KeyError
    assert torch.equal(state, torch.get_rng_state())


def test_threads_do_not_draw_from_each_others_stream():
    def weights(seed):
        generator, found = torch.Generator().manual_seed(seed), []
        for _ in range(20):
            with draw_from(generator):
                found.append(nn.Linear(40, 30).weight)
        return torch.stack(found)

    state = torch.get_rng_state()
    expected = [weights(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for found, own in zip(pool.map(weights, range(4)), expected, strict=True):
            assert torch.equal(found, own)
    assert torch.equal(state, torch.get_rng_state())
