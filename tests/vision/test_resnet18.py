from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.errors import ConfigError
from rgrl.vision import ResNet18, SplitBatchNorm


def _count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_parameters_are_those_of_the_known_networks() -> None:
    assert _count(ResNet18()) + _count(nn.Linear(512, 10)) == 11_173_962  # CIFAR's ResNet-18
    assert _count(ResNet18(stem="imagenet")) + _count(nn.Linear(512, 1000)) == 11_689_512  # ImageNet's
    assert _count(ResNet18(stem="pooled")) == _count(ResNet18())


@pytest.mark.parametrize(("stem", "reduction"), [("cifar", 8), ("pooled", 16), ("imagenet", 32)])
def test_stems_reduce_the_image_as_they_should(stem: str, reduction: int) -> None:
    backbone = ResNet18(width=2, stem=stem).eval()
    seen = []
    backbone.blocks.register_forward_hook(lambda *call: seen.append(call[2].shape))
    assert backbone(torch.zeros(2, 3, 64, 64)).shape == (2, backbone.embedding_dim) == (2, 16)
    assert seen == [(2, 16, 64 // reduction, 64 // reduction)]


def test_weights_follow_the_generator_and_leave_the_global_stream() -> None:
    before = torch.get_rng_state()
    first, again, other = (ResNet18(width=2, generator=torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert torch.equal(before, torch.get_rng_state())
    images = torch.rand(4, 3, 8, 8)
    assert torch.equal(first(images), again(images))
    assert not torch.equal(first(images), other(images))


def test_norms_are_split_where_asked() -> None:
    assert not any(isinstance(module, SplitBatchNorm) for module in ResNet18(width=2).modules())
    split = [
        module for module in ResNet18(width=2, norm_splits=4).modules() if isinstance(module, nn.BatchNorm2d)
    ]
    assert len(split) == 20
    assert all(isinstance(module, SplitBatchNorm) and module.splits == 4 for module in split)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [({"width": 0}, "width is 0"), ({"stem": "vit"}, "stem is 'vit'"), ({"norm_splits": 0}, "splits is 0")],
)
def test_bad_arguments_are_named(arguments: dict, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        ResNet18(**arguments)
