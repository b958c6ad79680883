from __future__ import annotations

import torch
from torch import Tensor, nn

from rgrl.vision import ImageView

IMAGES = torch.randint(0, 256, (4, 3, 5, 5), dtype=torch.uint8)


class Noise(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images + torch.rand_like(images)


def test_the_generator_alone_decides_and_the_global_stream_stays() -> None:
    view = ImageView([Noise()])
    before = torch.get_rng_state()
    first, again, other = (view(IMAGES, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    draw = torch.Generator().manual_seed(1)
    assert torch.equal(view(IMAGES, draw), first)
    assert not torch.equal(view(IMAGES, draw), first)


def test_bytes_become_floats_from_0_to_1_and_stay_themselves() -> None:
    kept = IMAGES.clone()
    view = ImageView([nn.Identity()])
    torch.testing.assert_close(view(IMAGES), IMAGES / 255)
    torch.testing.assert_close(view(IMAGES / 255), IMAGES / 255)
    assert torch.equal(IMAGES, kept)
    assert not ImageView([Noise()])((IMAGES / 255).requires_grad_()).requires_grad
    assert repr(view) == "ImageView(Identity)"
