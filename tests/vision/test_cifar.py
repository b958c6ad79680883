"""On small files of the four published forms."""

from __future__ import annotations

import pickle
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from raw_writers import python2_pickle

from rgrl.errors import ConfigError, DataError, DataUnavailableError, UnsafeDataError
from rgrl.vision import cifar_images

NAMES10 = [f"class{number}" for number in range(10)]
NAMES100 = [f"class{number:02}" for number in range(100)]


def _batch(seed: int, count: int, classes: int) -> tuple[np.ndarray, list[int]]:
    draw = np.random.default_rng(seed)
    return draw.integers(0, 256, (count, 3072), dtype=np.uint8), draw.integers(0, classes, count).tolist()


def _cifar10_python(folder: Path, dumps: Callable[[Any], bytes] = python2_pickle) -> None:
    folder.mkdir(parents=True)
    for number, name in enumerate([*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]):
        data, labels = _batch(number, 2, 10)
        content = {"batch_label": "some", "labels": labels, "data": data, "filenames": ["a.png", "b.png"]}
        (folder / name).write_bytes(dumps(content))
    (folder / "batches.meta").write_bytes(dumps({"num_vis": 3072, "label_names": NAMES10}))


def _cifar10_binary(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, name in enumerate([*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]):
        data, labels = _batch(number, 2, 10)
        (folder / name).write_bytes(np.column_stack([np.array(labels, np.uint8), data]).tobytes())
    (folder / "batches.meta.txt").write_text("\n".join(NAMES10) + "\n\n")


def _cifar100_python(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, name in enumerate(("train", "test")):
        data, labels = _batch(number, 3, 100)
        content = {"data": data, "fine_labels": labels, "coarse_labels": [label // 5 for label in labels]}
        (folder / name).write_bytes(python2_pickle(content))
    meta = {"fine_label_names": NAMES100, "coarse_label_names": ["coarse"] * 20}
    (folder / "meta").write_bytes(python2_pickle(meta))


def _cifar100_binary(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number, name in enumerate(("train.bin", "test.bin")):
        data, labels = _batch(number, 3, 100)
        fine = np.array(labels, np.uint8)
        (folder / name).write_bytes(np.column_stack([fine // 5, fine, data]).tobytes())
    (folder / "fine_label_names.txt").write_text("\n".join(NAMES100))


FORMS = {
    "cifar-10-batches-py": (_cifar10_python, NAMES10, range(5), [5], 2),
    "cifar-10-batches-bin": (_cifar10_binary, NAMES10, range(5), [5], 2),
    "cifar-100-python": (_cifar100_python, NAMES100, [0], [1], 3),
    "cifar-100-binary": (_cifar100_binary, NAMES100, [0], [1], 3),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_read_from_folder_parent_and_archive(form: str, tmp_path: Path) -> None:
    write, names, train, test, count = FORMS[form]
    write(tmp_path / form)
    archive = tmp_path / "elsewhere" / "cifar.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as stream:
        stream.add(tmp_path / form, form)
    for split, seeds in (("train", train), ("test", test)):
        batches = [_batch(seed, count, len(names)) for seed in seeds]
        pixels = np.concatenate([data for data, _ in batches]).reshape(-1, 3, 32, 32)
        for place in (tmp_path / form, tmp_path, archive):
            found = cifar_images(place, split)
            assert np.array_equal(found.images.numpy(), pixels)
            assert found.labels.tolist() == [label for _, labels in batches for label in labels]
            assert found.class_names == tuple(names)


def test_a_part_of_the_published_images_has_a_name_of_its_own(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _cifar10_binary(tmp_path / "some")
    assert cifar_images(tmp_path / "some").name == "cifar10-part"
    assert "10 images of the train part: not all of cifar10" in caplog.text
    rows = np.zeros((10_000, 3073), dtype=np.uint8)
    (tmp_path / "some" / "test_batch.bin").write_bytes(rows.tobytes())
    assert cifar_images(tmp_path / "some", "test").name == "cifar10"


def test_python_3_pickles_are_read_too(tmp_path: Path) -> None:
    _cifar10_python(tmp_path / "some", lambda value: pickle.dumps(value, protocol=4))
    assert len(cifar_images(tmp_path / "some")) == 10


class _Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("code of the file was run",))


def test_a_pickle_that_names_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _cifar10_python(tmp_path / "some")
    (tmp_path / "some" / "data_batch_3").write_bytes(pickle.dumps({"data": _Code()}, protocol=4))
    with pytest.raises(UnsafeDataError, match=r"data_batch_3 asks for 'builtins\.print'"):
        cifar_images(tmp_path / "some")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("file", "content", "text"),
    [
        ("data_batch_2", b"", "data_batch_2 is damaged"),
        ("data_batch_2", python2_pickle([1]), "data_batch_2 has no 'data'"),
        ("data_batch_2", python2_pickle({"data": 1, "labels": []}), "'data' is no uint8 array"),
        (
            "data_batch_2",
            python2_pickle({"data": np.zeros((2, 3072), np.uint8), "labels": [1]}),
            "no list of 2 whole numbers",
        ),
        (
            "data_batch_2",
            python2_pickle({"data": np.zeros((2, 3072), np.uint8), "labels": [1, 10]}),
            "image 1 has class 10: 0 to 9",
        ),
        ("batches.meta", python2_pickle({"label_names": ["one"]}), "10 names of classes"),
    ],
)
def test_damaged_pickles_are_refused_in_one_line(
    file: str, content: bytes, text: str, tmp_path: Path
) -> None:
    _cifar10_python(tmp_path / "some")
    (tmp_path / "some" / file).write_bytes(content)
    with pytest.raises(DataError, match=text) as caught:
        cifar_images(tmp_path / "some")
    assert "\n" not in str(caught.value)


def test_damaged_binaries_and_archives_are_refused(tmp_path: Path) -> None:
    _cifar10_binary(tmp_path / "some")
    batch = tmp_path / "some" / "data_batch_1.bin"
    whole = batch.read_bytes()
    batch.write_bytes(whole[:-1])
    with pytest.raises(DataError, match="has 6145 bytes: a multiple of 3073"):
        cifar_images(tmp_path / "some")
    batch.write_bytes(b"\x0b" + whole[1:])
    with pytest.raises(DataError, match="image 0 has class 11"):
        cifar_images(tmp_path / "some")
    batch.unlink()
    with pytest.raises(DataUnavailableError, match=r"has no data_batch_1\.bin"):
        cifar_images(tmp_path / "some")
    archive = tmp_path / "cifar.tar.gz"
    archive.write_bytes(b"\x1f\x8b" + bytes(40))
    with pytest.raises(DataError, match="damaged or no archive"):
        cifar_images(archive)


def test_elsewhere_there_is_no_cifar(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailableError, match="holds no CIFAR: one of cifar-10-batches-py"):
        cifar_images(tmp_path)
    with pytest.raises(ConfigError, match="split is 'val'"):
        cifar_images(tmp_path, "val")


def test_whatever_a_damaged_archive_raises_is_one_line(tmp_path: Path) -> None:
    plain, compressed = tmp_path / "sparse.tar", tmp_path / "xz.tar"
    with tarfile.open(plain, "w", format=tarfile.PAX_FORMAT) as stream:
        member = tarfile.TarInfo("batches.meta")
        member.pax_headers = {"GNU.sparse.map": "a,b", "GNU.sparse.size": "5"}
        stream.addfile(member)
    with tarfile.open(compressed, "w:xz") as stream:
        noise = np.random.default_rng(0).bytes(100_000)
        for name in ("batches.meta", "test_batch"):
            member = tarfile.TarInfo(name)
            member.size = len(noise)
            stream.addfile(member, BytesIO(noise))
    content = bytearray(compressed.read_bytes())
    content[60_000:150_000] = b"\xff" * 90_000
    compressed.write_bytes(content)
    for archive in (plain, compressed):
        with pytest.raises(DataError, match="damaged or no archive") as caught:
            cifar_images(archive, "test")
        assert "\n" not in str(caught.value)
