from __future__ import annotations

import pytest
import torch

from rgrl.errors import ConfigError, DataError
from rgrl.vision import PixelNorm


def test_bytes_and_floats_are_the_same_image() -> None:
    pixels = torch.randint(0, 256, (2, 3, 4, 5), dtype=torch.uint8)
    mean, std = (0.1, 0.5, 0.7), (0.2, 0.3, 0.4)
    norm = PixelNorm(mean, std)
    expected = torch.stack([(pixels[:, c] / 255 - mean[c]) / std[c] for c in range(3)], dim=1)
    torch.testing.assert_close(norm(pixels), expected)
    torch.testing.assert_close(norm(pixels / 255), expected)


def test_imagenets_numbers_are_the_default() -> None:
    assert PixelNorm().mean.flatten().tolist() == pytest.approx([0.485, 0.456, 0.406])
    assert PixelNorm().std.flatten().tolist() == pytest.approx([0.229, 0.224, 0.225])


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ConfigError, match="mean and std have 1 and 3 numbers"):
        PixelNorm((0.5,))
    with pytest.raises(ConfigError, match="std is"):
        PixelNorm((0.5, 0.5, 0.5), (0.1, 0.0, 0.1))
    for shape in ([2, 1, 4, 4], [3, 4, 4]):
        with pytest.raises(DataError, match="the images are "):
            PixelNorm()(torch.zeros(shape))


@pytest.mark.parametrize("dtype", [torch.int64, torch.int16, torch.bool])
def test_pixels_of_another_type_are_refused_and_not_taken_for_floats(dtype: torch.dtype) -> None:
    with pytest.raises(DataError, match=f"the pixels are {dtype}: uint8, or floats"):
        PixelNorm()(torch.ones(1, 3, 2, 2, dtype=dtype))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_the_result_has_the_models_type_whatever_the_images(dtype: torch.dtype) -> None:
    norm, images = PixelNorm().to(dtype), torch.rand(1, 3, 2, 2)
    for given in (images.double(), images, images.half(), (images * 255).byte()):
        assert norm(given).dtype == dtype


def test_floats_of_0_to_255_are_refused_and_not_taken_for_bright_ones() -> None:
    norm, pixels = PixelNorm(), torch.randint(0, 256, (1, 3, 4, 4), dtype=torch.uint8)
    pixels[0, 0, 0, 0] = 255
    with pytest.raises(DataError, match=r"floats up to 255: uint8, or floats"):
        norm(pixels.float())
    norm(pixels.float() / 255 + 0.01)  # as interpolation leaves them
