from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.errors import ConfigError, DataError
from rgrl.vision import SplitBatchNorm


def test_each_group_is_an_ordinary_batch_norm_and_statistics_are_their_mean() -> None:
    images = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()
    norm = SplitBatchNorm(4, splits=2)
    nn.init.uniform_(norm.weight)
    nn.init.uniform_(norm.bias)
    out = norm(images)
    groups = [nn.BatchNorm2d(4) for _ in range(2)]
    expected = torch.empty_like(images)
    for start, group in enumerate(groups):
        group.load_state_dict(
            norm.state_dict() | {"running_mean": torch.zeros(4), "running_var": torch.ones(4)}
        )
        expected[start::2] = group(images[start::2])
    torch.testing.assert_close(out, expected)
    for name in ("running_mean", "running_var"):
        mean = torch.stack([getattr(group, name) for group in groups]).mean(0)
        torch.testing.assert_close(getattr(norm, name), mean)
    gradients = [
        torch.autograd.grad((each**3).sum(), images, retain_graph=True)[0] for each in (out, expected)
    ]
    torch.testing.assert_close(*gradients)
    assert int(norm.num_batches_tracked) == 1


def test_in_eval_mode_it_is_one_norm_that_takes_any_batch() -> None:
    norm = SplitBatchNorm(2, splits=4).eval()
    images = torch.randn(3, 2, 5, 5)
    torch.testing.assert_close(norm(images), images / (1 + norm.eps) ** 0.5)


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(DataError, match="the batch has 3 images: a multiple of the 2 groups"):
        SplitBatchNorm(2, splits=2)(torch.ones(3, 2, 4, 4))
    with pytest.raises(DataError, match="4 images of 1 x 1, in 4 groups: a group needs more than one value"):
        SplitBatchNorm(2, splits=4)(torch.ones(4, 2, 1, 1))
    with pytest.raises(ConfigError, match="splits is 0"):
        SplitBatchNorm(2, splits=0)
