from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

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


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_single_pixel_has_the_gradient_of_a_padded_one(dtype: torch.dtype) -> None:
    block = ResNet18(width=4, generator=torch.Generator().manual_seed(0)).blocks[6]
    pixels = torch.randn(32, 16, 1, 1, generator=torch.Generator().manual_seed(1))
    padded = F.conv2d(F.pad(pixels, (1, 1, 1, 1)), block.first.weight)
    (expected,) = torch.autograd.grad(padded.square().sum(), block.first.weight)
    block.first.to(dtype)
    found = block.first(pixels.to(dtype))
    tolerance = {torch.float32: 1e-5, torch.bfloat16: 3e-2}[dtype]
    torch.testing.assert_close(found.float(), padded, rtol=tolerance, atol=tolerance)
    (gradient,) = torch.autograd.grad(found.float().square().sum(), block.first.weight)
    torch.testing.assert_close(
        gradient.float(), expected, rtol=tolerance, atol=tolerance * expected.abs().max()
    )


@pytest.mark.parametrize("splits", [1, 2])
def test_bfloat16_has_the_features_and_the_gradient_of_float32(splits: int) -> None:
    draw = torch.Generator().manual_seed(0)
    backbone = ResNet18(width=8, norm_splits=splits, generator=draw)
    images, weight = torch.rand(16, 3, 32, 32, generator=draw), torch.randn(16, 64, generator=draw)
    found = {}
    for half in (False, True):
        backbone.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            features = backbone(images)
        (features.float() * weight).sum().backward()
        gradient = torch.cat([parameter.grad.flatten() for parameter in backbone.parameters()])
        found[half] = (features.float().flatten(), gradient)
    assert images.is_contiguous()  # the caller's own are as they were
    features, gradient = (
        F.cosine_similarity(exact, rounded, dim=0)
        for exact, rounded in zip(found[False], found[True], strict=True)
    )
    assert features > 0.999
    assert gradient > 0.9  # ReLU's signs flip under rounding: 0.93 in either memory format
