from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from raw_writers import python2_pickle, write_planetoid
from torch_geometric.io import read_planetoid_data

from rgrl.datasets.planetoid import PLANETOID_PARTS, read_planetoid
from rgrl.datasets.raw_graph import RawGraph
from rgrl.errors import DataError


def assert_same_as_pyg(found: RawGraph, folder: Path, name: str) -> None:
    expected = read_planetoid_data(str(folder), name)
    assert np.array_equal(found.x.toarray(), expected.x.numpy())
    assert np.array_equal(found.y, expected.y.numpy())
    edges = expected.edge_index.numpy()
    assert np.array_equal(found.edge_index, edges[:, np.lexsort((edges[1], edges[0]))])
    assert found.public_split is not None
    for part, mask in zip(found.public_split, ("train_mask", "val_mask", "test_mask"), strict=True):
        assert np.array_equal(part, np.flatnonzero(expected[mask].numpy()))


@pytest.mark.parametrize("name", ["cora", "citeseer", "pubmed"])
def test_real_files_as_pyg(name: str, data_root: Path) -> None:
    folder = data_root / name / "raw"
    files = {f"ind.{name}.{part}": folder / f"ind.{name}.{part}" for part in PLANETOID_PARTS}
    assert_same_as_pyg(read_planetoid(files, name), folder, name)


# PyG fills gaps in the test ids only under this one name.
@pytest.mark.parametrize(("name", "gap"), [("citeseer", True), ("citeseer", False), ("small", False)])
def test_small_files_as_pyg(name: str, gap: bool, tmp_path: Path) -> None:
    files = write_planetoid(tmp_path, name, gap=gap)
    found = read_planetoid(files, name)
    assert_same_as_pyg(found, tmp_path, name)
    assert found.x.has_sorted_indices
    assert found.num_nodes == 532
    if gap:
        assert found.x[[523, 528]].nnz == 0
        assert found.y[[523, 528]].tolist() == [0, 0]


def test_without_room_for_validation_there_is_no_public_split(tmp_path: Path) -> None:
    files = write_planetoid(tmp_path, "small", gap=False)
    files["ind.small.y"].write_bytes(python2_pickle(np.eye(3)[[0] * 30]))
    assert read_planetoid(files, "small").public_split is None


@pytest.mark.parametrize("part", [part for part in PLANETOID_PARTS if part != "x"])
def test_refuses_a_truncated_file(part: str, tmp_path: Path) -> None:
    files = write_planetoid(tmp_path, "small", gap=False)
    path = files[f"ind.small.{part}"]
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(DataError):
        read_planetoid(files, "small")


@pytest.mark.parametrize(
    ("part", "content", "complaint"),
    [
        ("allx", np.eye(3), "holds PickledArray; a sparse matrix is expected"),
        ("ally", np.eye(3)[[0] * 4], "differ in their length"),
        ("ty", np.eye(4)[[0] * 12], "differ in their columns"),
        ("y", [1, 2], "holds list; a numeric array"),
        ("y", np.array([[None]]), "a numeric array"),
        ("graph", [[1]], "holds list; a dictionary of neighbour lists"),
        ("graph", {0: [999999]}, "names node 999999"),
        ("graph", {0: ["one"]}, "invalid literal"),
    ],
)
def test_refuses_other_contents(part: str, content: object, complaint: str, tmp_path: Path) -> None:
    files = write_planetoid(tmp_path, "small", gap=False)
    files[f"ind.small.{part}"].write_bytes(python2_pickle(content))
    with pytest.raises(DataError, match=complaint):
        read_planetoid(files, "small")


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([str(i) for i in range(521, 533)], "begin at 520"),
        (["520"] * 12, "distinct"),
        ([*map(str, range(520, 531)), "99999999"], "too large"),
        (["x"], "one node id a line"),
        ([], "differ in their length"),
    ],
)
def test_refuses_other_test_ids(lines: list[str], complaint: str, tmp_path: Path) -> None:
    files = write_planetoid(tmp_path, "small", gap=False)
    files["ind.small.test.index"].write_text("\n".join(lines), encoding="ascii")
    with pytest.raises(DataError, match=complaint):
        read_planetoid(files, "small")
