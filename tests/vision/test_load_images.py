from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgrl.errors import ConfigError, DataError, DataUnavailableError
from rgrl.vision import digit_images, load_images


def test_digits_are_scikit_learns_with_every_fifth_as_test() -> None:
    from sklearn.datasets import load_digits

    levels, labels = load_digits(return_X_y=True)
    train, test = digit_images(), load_images("digits", "test")
    assert (len(train), len(test), test.name) == (1438, 359, "digits")
    assert test.labels.tolist() == labels[4::5].tolist()
    pixels = test.images.numpy()
    assert np.abs(pixels[:, 0].reshape(359, 64) / 255 * 16 - levels[4::5]).max() < 0.05
    assert (pixels == pixels[:, :1]).all()
    assert train.images.amax() == 255


def test_archives_and_published_files_are_told_apart(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x_test=np.zeros((1, 2, 2, 3), np.uint8), y_test=np.zeros(1, int))
    assert load_images(tmp_path / "a.npz", "test").name == "a"
    cifar = tmp_path / "cifar-100-binary"
    cifar.mkdir()
    (cifar / "fine_label_names.txt").write_text(" ".join(str(number) for number in range(100)))
    (cifar / "test.bin").write_bytes(bytes(3074))
    assert load_images(tmp_path, "test").name == "cifar100-part"


def test_a_folder_has_a_folder_for_each_part(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (6, 4))
    for folder in ("pets/train/cat", "pets/val/cat"):
        (tmp_path / folder).mkdir(parents=True)
        image.save(tmp_path / folder / "1.png")
    assert load_images(tmp_path / "pets").name == "pets"
    assert load_images(tmp_path / "pets", "test", size=2).images.shape == (1, 3, 2, 2)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailableError, match="nowhere: no such file or folder"):
        load_images(tmp_path / "nowhere")
    with pytest.raises(DataUnavailableError, match="has no folder test or val"):
        load_images(tmp_path, "test")
    with pytest.raises(ConfigError, match="split is 'val'"):
        load_images("digits", "val")


def test_a_class_without_a_test_folder_does_not_number_the_others_anew(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (6, 4))
    for folder in ("train/cat", "train/dog", "train/fox", "test/cat", "test/fox"):
        (tmp_path / folder).mkdir(parents=True)
        image.save(tmp_path / folder / "1.png")
    train, test = load_images(tmp_path), load_images(tmp_path, "test")
    assert train.class_names == test.class_names == ("cat", "dog", "fox")
    assert (train.labels.tolist(), test.labels.tolist()) == ([0, 1, 2], [0, 2])
    (tmp_path / "test" / "emu").mkdir()
    with pytest.raises(DataError, match="class 'emu', which is none of the 3 trained on"):
        load_images(tmp_path, "test")
