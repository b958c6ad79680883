from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from rgrl.errors import ConfigError, DataError, DataUnavailableError, MissingExtraError
from rgrl.vision import folder_images

Image = pytest.importorskip("PIL.Image")

DRAW = np.random.default_rng(0)


def _save(path: Path, pixels: np.ndarray, mode: str | None = None, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path, **options)


def _colours(high: int = 4, wide: int = 5) -> np.ndarray:
    return DRAW.integers(0, 256, (high, wide, 3), dtype=np.uint8)


def test_classes_are_folders_in_the_order_of_their_names(tmp_path: Path) -> None:
    pixels = {name: _colours() for name in ("dog/b.png", "dog/a.PNG", "cat/z.bmp")}
    for name, image in pixels.items():
        _save(tmp_path / "pets" / name, image)
    (tmp_path / "pets" / "cat" / "notes.txt").write_text("no image")
    (tmp_path / "pets" / "cat" / ".hidden.png").write_text("no image")
    (tmp_path / "pets" / ".cache").mkdir()
    found = folder_images(tmp_path / "pets")
    assert (found.name, found.class_names, found.labels.tolist()) == ("pets", ("cat", "dog"), [0, 1, 1])
    for image, name in zip(found.images, ("cat/z.bmp", "dog/a.PNG", "dog/b.png"), strict=True):
        assert np.array_equal(image.permute(1, 2, 0).numpy(), pixels[name])


def test_grey_transparent_and_palette_images_become_three_colours(tmp_path: Path) -> None:
    grey = DRAW.integers(0, 256, (4, 5), dtype=np.uint8)
    clear = np.dstack([_colours(), np.full((4, 5), 255, np.uint8)])
    clear[0, :, 3] = 0
    half = np.dstack([grey, np.full((4, 5), 51, np.uint8)])
    _save(tmp_path / "all" / "1-grey.png", grey)
    _save(tmp_path / "all" / "2-rgba.png", clear)
    _save(tmp_path / "all" / "3-la.png", half)
    _save(tmp_path / "all" / "4-palette.png", np.zeros((4, 5, 3), np.uint8), "P")
    first, second, third, fourth = folder_images(tmp_path).images.permute(0, 2, 3, 1).numpy()
    assert np.array_equal(first, np.dstack([grey] * 3))
    assert (second[0] == 255).all()  # on white
    assert np.array_equal(second[1:], clear[1:, :, :3])
    assert np.abs(third[..., 0] - (0.2 * grey + 0.8 * 255)).max() <= 1
    assert (fourth == 0).all()


def test_unequal_sizes_are_refused_or_cut_from_the_middle(tmp_path: Path) -> None:
    _save(tmp_path / "c" / "1.png", np.full((8, 8, 3), 9, np.uint8))
    wide = np.zeros((8, 16, 3), np.uint8)
    wide[:, 4:12] = 200
    _save(tmp_path / "c" / "2.png", wide)
    with pytest.raises(DataError, match=r"2\.png has 16 x 8 pixels, the images before it 8 x 8"):
        folder_images(tmp_path)
    found = folder_images(tmp_path, size=4)
    assert found.images.shape == (2, 3, 4, 4)
    assert (found.images[0] == 9).all()
    assert found.images[1, :, :, 1:3].eq(200).all()


def test_an_image_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    _save(tmp_path / "c" / "1.png", _colours(4, 6), exif=exif)
    assert folder_images(tmp_path).images.shape == (1, 3, 6, 4)


def test_a_corrupt_image_is_refused_or_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a", "b", "c"):
        _save(tmp_path / "cat" / f"{name}.png", _colours())
    whole = (tmp_path / "cat" / "b.png").read_bytes()
    (tmp_path / "cat" / "b.png").write_bytes(whole[:-30])
    (tmp_path / "cat" / "d.png").write_text("no image at all")
    with pytest.raises(DataError, match=r"cat/b\.png cannot be read: ") as caught:
        folder_images(tmp_path)
    assert "\n" not in str(caught.value)
    assert len(folder_images(tmp_path, corrupt="skip")) == 2
    assert "2 images skipped, the first: " in caplog.text
    assert "cat/b.png" in caplog.text
    (tmp_path / "cat" / "b.png").write_bytes(whole)
    with pytest.raises(DataError, match=r"cat/d\.png cannot be read: it is no image"):
        folder_images(tmp_path)
    for name in ("a", "b", "c"):
        (tmp_path / "cat" / f"{name}.png").unlink()
    with pytest.raises(DataError, match="cat has no image that can be read"):
        folder_images(tmp_path, corrupt="skip")


def test_deeper_pixels_are_refused(tmp_path: Path) -> None:
    _save(tmp_path / "c" / "1.png", DRAW.integers(0, 2**16, (4, 5)).astype(np.uint16))
    with pytest.raises(DataError, match=r"1\.png cannot be read: pixels of mode 'I;16'"):
        folder_images(tmp_path)


def test_empty_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no folders: one a class"):
        folder_images(tmp_path)
    _save(tmp_path / "cat" / "1.png", _colours())
    (tmp_path / "dog").mkdir()
    with pytest.raises(DataError, match=r"the class .*dog has no image"):
        folder_images(tmp_path)
    with pytest.raises(DataUnavailableError, match="no such folder"):
        folder_images(tmp_path / "nowhere")


def test_settings_are_checked_and_pillow_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="size is 0"):
        folder_images(tmp_path, size=0)
    with pytest.raises(ConfigError, match="corrupt is 'keep'"):
        folder_images(tmp_path, corrupt="keep")
    _save(tmp_path / "cat" / "1.png", _colours())
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'rgrl\[image\]'"):
        folder_images(tmp_path)
