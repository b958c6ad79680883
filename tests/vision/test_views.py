"""The paper's operations and parameters, as kornia has them and as they come out."""

from __future__ import annotations

import colorsys
import sys
from typing import Any

import pytest
import torch

from rgrl.errors import ConfigError, MissingExtraError
from rgrl.vision import contrastive_view, multi_crop_views, weak_view

kornia = pytest.importorskip("kornia.augmentation")


def _stated(operation: Any) -> tuple[str, dict[str, Any]]:
    """Name and parameters of one of kornia's operations."""
    name = type(operation).__name__
    if name == "RandomResizedCrop":
        draws = operation._param_generator
        settings = {"size": operation.flags["size"], "scale": draws.scale, "ratio": draws.ratio}
        return name, settings | {"filter": operation.flags["resample"].name}
    names = {
        "ColorJitter": ("brightness", "contrast", "saturation", "hue"),
        "RandomGrayscale": (),
        "RandomGaussianBlur": (),
        "RandomHorizontalFlip": (),
    }[name]
    settings = {each: getattr(operation, each) for each in names} | {"p": operation.p}
    if name == "RandomGaussianBlur":
        settings |= {"sigma": operation._param_generator.sigma, "kernel": operation.flags["kernel_size"]}
    return name, settings


CROP = {"scale": (0.2, 1.0), "ratio": (3 / 4, 4 / 3), "filter": "BILINEAR"}
JITTER = {"brightness": 0.4, "contrast": 0.4, "saturation": 0.4, "hue": 0.1, "p": 0.8}


def test_the_students_operations_are_the_papers() -> None:
    assert [_stated(operation) for operation in contrastive_view(224).operations] == [
        ("RandomResizedCrop", {"size": (224, 224)} | CROP),
        ("ColorJitter", JITTER),
        ("RandomGrayscale", {"p": 0.2}),
        ("RandomGaussianBlur", {"p": 0.5, "sigma": (0.1, 2.0), "kernel": (13, 13)}),
        ("RandomHorizontalFlip", {"p": 0.5}),
    ]


def test_the_teachers_operations_are_the_papers() -> None:
    assert [_stated(operation) for operation in weak_view(224).operations] == [
        ("RandomResizedCrop", {"size": (224, 224)} | CROP),
        ("RandomHorizontalFlip", {"p": 0.5}),
    ]


def test_the_five_crops_are_the_papers() -> None:
    stated = [[_stated(operation) for operation in view.operations] for view in multi_crop_views()]
    crops = [(each[0][1]["size"][0], *each[0][1]["scale"]) for each in stated]
    assert crops == [
        (224, 0.2, 1.0),
        (192, 0.172, 0.86),
        (160, 0.143, 0.715),
        (128, 0.114, 0.571),
        (96, 0.086, 0.429),
    ]
    assert all(each[1:] == stated[0][1:] for each in stated)
    draw = torch.Generator().manual_seed(0)
    small = [view(torch.rand(2, 3, 32, 32), draw).shape[-1] for view in multi_crop_views(32)]
    assert small == [32, 27, 23, 18, 14]


def test_crops_have_the_stated_areas_and_shapes_and_half_are_flipped() -> None:
    places = torch.linspace(0, 1, 64)
    image = torch.stack([places.expand(64, 64), places[:, None].expand(64, 64), torch.zeros(64, 64)])
    view = weak_view(64)(image.expand(600, 3, 64, 64), torch.Generator().manual_seed(0))
    wide = (view[:, 0, 0, -1] - view[:, 0, 0, 0]) * 63 + torch.sign(view[:, 0, 0, -1] - view[:, 0, 0, 0])
    high = (view[:, 1, -1, 0] - view[:, 1, 0, 0]) * 63 + 1
    area, shape = wide.abs() * high / 64**2, wide.abs() / high
    assert area.min() > 0.17
    assert area.min() < 0.25
    assert area.max() > 0.9
    assert shape.min() > 0.7
    assert shape.max() < 1.43
    assert area.mean() == pytest.approx(0.6, abs=0.06)  # evenly from 0.2 to 1, but for crops that do not fit
    assert (wide < 0).float().mean() == pytest.approx(0.5, abs=0.06)


def test_colours_and_blur_come_out_as_stated() -> None:
    _, jitter, grey, blur, _ = contrastive_view(32).operations
    torch.manual_seed(0)
    even = torch.full((800, 3, 2, 2), 0.5)
    brightness = jitter(even)[:, 0, 0, 0] / 0.5  # nothing else changes an even grey
    assert 0.59 < brightness.min() < 0.63
    assert 1.37 < brightness.max() < 1.41
    assert (brightness - 1).abs().lt(1e-4).float().mean() == pytest.approx(0.2, abs=0.04)
    reddish = torch.tensor([0.5, 0.3, 0.3]).view(1, 3, 1, 1).expand(800, 3, 2, 2)
    hue = torch.tensor([colorsys.rgb_to_hsv(*colour)[0] for colour in jitter(reddish)[:, :, 0, 0].tolist()])
    hue = (hue + 0.5) % 1 - 0.5  # nothing else turns it
    assert 0.095 < hue.abs().max() < 0.101
    assert -0.02 < hue.mean() < 0.02
    red = torch.tensor([0.6, 0.2, 0.2]).view(1, 3, 1, 1).expand(800, 3, 2, 2)
    turned = grey(red)
    assert (turned[:, 0] == turned[:, 1]).all(dim=(1, 2)).float().mean() == pytest.approx(0.2, abs=0.04)
    point = torch.zeros(800, 3, 17, 17)
    point[:, :, 8, 8] = 1
    peak = blur(point)[:, 0, 8, 8]
    assert (peak == 1).float().mean() == pytest.approx(0.5, abs=0.06)
    assert peak.min() == pytest.approx(1 / (2 * torch.pi * 4), rel=0.1)  # a Gaussian of deviation 2


def test_images_of_a_batch_differ_and_each_size_works() -> None:
    draw = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (1, 3, 8, 8), dtype=torch.uint8, generator=draw).expand(6, 3, 8, 8)
    for size in (1, 8, 32):
        before = torch.get_rng_state()
        view = contrastive_view(size)(pixels, draw)
        assert torch.equal(torch.get_rng_state(), before)
        assert view.shape == (6, 3, size, size)
        assert len({tuple(image.flatten().tolist()) for image in view}) == 6
        assert view.min() >= 0
        assert view.max() <= 1


def test_settings_are_checked_and_kornia_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for make in (contrastive_view, weak_view, multi_crop_views):
        with pytest.raises(ConfigError, match="size is 0"):
            make(0)
    with pytest.raises(ConfigError, match="scale is"):
        contrastive_view(8, scale=(0.5, 0.2))
    monkeypatch.setitem(sys.modules, "kornia.augmentation", None)
    monkeypatch.setitem(sys.modules, "kornia", None)
    for make in (contrastive_view, weak_view, multi_crop_views):
        with pytest.raises(
            MissingExtraError, match=r"views of images need kornia: pip install 'rgrl\[image\]'"
        ):
            make(8)
