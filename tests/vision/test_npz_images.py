from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rgrl.errors import ConfigError, DataError, DataUnavailableError, UnsafeDataError
from rgrl.vision import npz_images

DRAW = np.random.default_rng(0)


def _arrays() -> dict[str, Any]:
    return {
        "x_train": DRAW.integers(0, 256, (4, 5, 6, 3), dtype=np.uint8),
        "y_train": np.array([0, 0, 1, 1]),
        "x_test": DRAW.integers(0, 256, (2, 5, 6, 3), dtype=np.uint8),
        "y_test": np.array([0, 1]),
        "class_names": np.array(["cat", "dog"]),
    }


def test_each_part_is_read(tmp_path: Path) -> None:
    arrays = _arrays()
    np.savez(tmp_path / "pets.npz", **arrays)
    for split in ("train", "test"):
        found = npz_images(tmp_path / "pets.npz", split)
        assert np.array_equal(found.images.permute(0, 2, 3, 1).numpy(), arrays[f"x_{split}"])
        assert found.labels.tolist() == arrays[f"y_{split}"].tolist()
        assert (found.name, found.class_names) == ("pets", ("cat", "dog"))
    del arrays["class_names"]
    np.savez(tmp_path / "pets.npz", **arrays)
    assert npz_images(tmp_path / "pets.npz").class_names == ("0", "1")


@pytest.mark.parametrize(
    "stem", ["cifar10", "CIFAR-10", "cifar10_jpeg_subset_500x10_100x10", "cifar_10_small"]
)
def test_none_passes_for_cifar_10(stem: str, tmp_path: Path) -> None:
    np.savez(tmp_path / f"{stem}.npz", **_arrays())
    assert npz_images(tmp_path / f"{stem}.npz").name == "cifar10-jpeg"


def test_other_names_stay(tmp_path: Path) -> None:
    np.savez(tmp_path / "cifar100-mine.npz", **_arrays())
    assert npz_images(tmp_path / "cifar100-mine.npz").name == "cifar100-mine"


def test_the_subset_of_cifar_10_has_its_two_parts(data_root: Path) -> None:
    path = data_root / "cifar10" / "raw" / "cifar10_jpeg_subset_500x10_100x10.npz"
    if not path.exists():
        pytest.skip(f"needs {path}")
    for split, each in (("train", 500), ("test", 100)):
        found = npz_images(path, split)
        assert found.name == "cifar10-jpeg"
        assert list(found.images.shape) == [10 * each, 3, 32, 32]
        assert found.labels.bincount().tolist() == [each] * 10


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"x_train": None}, DataError, "it has no x_train; it holds class_names, x_test"),
        ({"x_train": np.array([object()])}, UnsafeDataError, "an array in it is a pickle"),
        ({"class_names": np.array(["cat", None])}, UnsafeDataError, "an array in it is a pickle"),
        ({"x_train": np.zeros((4, 5, 6, 3))}, DataError, "pixels are float64"),
        ({"y_train": np.array([0, 0, 1])}, DataError, r"labels are torch\.int64 \[3\]"),
        ({"y_train": np.array([0, 0, 1, 7])}, DataError, "labels reach from 0 to 7"),
    ],
)
def test_unusable_archives_are_refused_in_one_line(
    change: dict[str, Any], error: type, text: str, tmp_path: Path
) -> None:
    arrays = {name: array for name, array in (_arrays() | change).items() if array is not None}
    np.savez(tmp_path / "pets.npz", **arrays)
    with pytest.raises(error, match=text) as caught:
        npz_images(tmp_path / "pets.npz")
    assert "\n" not in str(caught.value)
    assert "pets.npz" in str(caught.value)


def test_damaged_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pets.npz"
    with pytest.raises(DataUnavailableError, match=r"pets\.npz cannot be read: No such file"):
        npz_images(path)
    np.savez(path, **_arrays())
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match=r"damaged or no \.npz of images"):
        npz_images(path)
    with pytest.raises(ConfigError, match="split is 'all'"):
        npz_images(path, "all")


@pytest.mark.parametrize("largest", [10**6, 2**64 - 1])
def test_an_absurd_label_makes_no_names(largest: int, tmp_path: Path) -> None:
    labels = np.array([0, 1, 1, largest], dtype=np.uint64)
    np.savez(tmp_path / "a.npz", x_train=_arrays()["x_train"], y_train=labels)
    with pytest.raises(DataError, match=f"the labels reach {largest}: without class_names, 999999 at most"):
        npz_images(tmp_path / "a.npz")


def test_names_in_bytes_are_text(tmp_path: Path) -> None:
    names = np.array(["chat", "b\u00eate"])
    np.savez(tmp_path / "a.npz", **_arrays() | {"class_names": np.char.encode(names, "utf-8")})
    assert npz_images(tmp_path / "a.npz").class_names == tuple(names)
