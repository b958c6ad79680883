from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from raw_writers import npz_arrays
from safetensors.torch import save_file

from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.load import load_dataset
from rgrl.datasets.own import is_own, load_own
from rgrl.errors import ConfigError, DataError, DataUnavailableError
from rgrl.graph import as_graph, structural_features
from rgrl.graph.graph import Graph


def write_cycle(folder: Path, n: int, *, label: bool = True, table: str = "ring.features.csv") -> Path:
    """Write a ring of n nodes and its table in an order of its own."""
    path = folder / "ring.edgelist"
    path.write_text("".join(f"v{i} v{(i + 1) % n}\n" for i in range(n)))
    lines = [
        f"v{i},{i},{i * i}" + (f",{'odd' if i % 2 else 'even'}" if label else "") for i in reversed(range(n))
    ]
    (folder / table).write_text("\n".join(["id,a,b" + (",label" if label else ""), *lines]) + "\n")
    return path


def test_a_ring_with_its_table_beside_it(tmp_path: Path) -> None:
    found = load_own(write_cycle(tmp_path, 12))
    assert found.name == "ring"
    assert found.graph.num_edges == 24
    assert found.graph.features_as(torch.float32).tolist() == [[i, i * i] for i in reversed(range(12))]
    assert found.labels is found.graph.y
    assert found.labels is not None
    assert found.labels.tolist() == [i % 2 for i in reversed(range(12))]
    source, target = found.graph.edge_index.tolist()
    assert all((a - b) % 12 in (1, 11) for a, b in zip(source, target, strict=True))
    assert len(found.splits) == 20
    assert found.public_split is None
    assert found.train_graph is None
    assert not found.relations
    spec = found.spec
    assert (spec.name, spec.reader, spec.task) == ("ring", "own", "node classification")
    assert (spec.num_nodes, spec.num_edges, spec.num_features, spec.num_classes) == (12, 24, 2, 2)
    assert spec.digest == found.fingerprint.digest


def test_without_labels_there_are_splits_all_the_same(tmp_path: Path) -> None:
    found = load_own(write_cycle(tmp_path, 10, label=False))
    assert found.labels is None
    assert found.graph.y is None
    assert found.fingerprint.num_classes == 0
    assert len(found.splits) == 20


def test_a_small_graph_has_no_splits(tmp_path: Path) -> None:
    assert load_own(write_cycle(tmp_path, 9)).splits == ()


def test_the_table_that_is_named_goes_before_the_one_beside(tmp_path: Path) -> None:
    path = write_cycle(tmp_path, 12)
    write_cycle(tmp_path, 12, label=False, table="other.csv")
    assert load_own(path, features=tmp_path / "other.csv").labels is None
    (tmp_path / "ring.features.csv").unlink()
    expected = (
        r"has no features: put ring\.features\.csv or ring\.features\.tsv or ring\.features\.parquet beside "
        r"it, name a table, or have them made of the edges by naming one of 'degree', 'identity', "
        r"'positional'$"
    )
    with pytest.raises(DataUnavailableError, match=expected):
        load_own(path)


@pytest.mark.parametrize("kind", ["degree", "identity", "positional"])
def test_features_made_of_the_edges(kind: str, tmp_path: Path) -> None:
    path = write_cycle(tmp_path, 12)
    named = load_own(path, features=kind)
    assert (named.feature_kind, load_own(path).feature_kind) == (kind, None)
    assert named.labels is not None, "the table beside names nodes and classes"
    assert named.node_ids == load_own(path).node_ids == tuple(f"v{i}" for i in reversed(range(12)))
    expected = as_graph(named.graph, x=structural_features(kind, named.graph))
    assert torch.equal(named.graph.view().dense_features, expected.view().dense_features)
    (tmp_path / "ring.features.csv").unlink()
    bare = load_own(path, features=kind)
    assert bare.labels is None
    assert bare.node_ids is not None
    assert sorted(bare.node_ids) == sorted(named.node_ids)
    assert bare.fingerprint.num_features == named.fingerprint.num_features


def test_a_table_of_labels_alone(tmp_path: Path) -> None:
    path = write_cycle(tmp_path, 12)
    rows = "".join(f"v{i},{'odd' if i % 2 else 'even'}\n" for i in range(12))
    (tmp_path / "ring.features.csv").write_text(f"id,label\n{rows}")
    found = load_own(path, features="degree")
    assert found.labels is not None
    assert found.labels.tolist() == [i % 2 for i in range(12)]
    with pytest.raises(DataError, match=r"ring\.features\.csv has no column of features .*'degree'"):
        load_own(path)


def test_whole_files_take_features_of_their_edges(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", **npz_arrays())
    found = load_own(tmp_path / "mine.npz", features="degree")
    assert found.graph.num_features == 32
    assert found.labels is not None
    assert found.node_ids is None


@pytest.mark.parametrize("ending", [".graphml", ".csv", ".tsv", ".txt", ".edgelist"])
def test_the_same_graph_in_every_form_of_edges(ending: str, tmp_path: Path) -> None:
    expected = load_own(write_cycle(tmp_path, 12))
    path = tmp_path / f"ring{ending}"
    ring = nx.relabel_nodes(nx.cycle_graph(12), {i: f"v{i}" for i in range(12)})
    if ending == ".graphml":
        nx.write_graphml(ring, path)
    else:
        between = {".csv": ",", ".tsv": "\t"}.get(ending, " ")
        path.write_text("".join(f"{a}{between}{b}\n" for a, b in ring.edges))
    assert load_own(path).fingerprint == expected.fingerprint


def test_npz_keeps_its_features(tmp_path: Path) -> None:
    arrays = npz_arrays()
    np.savez(tmp_path / "mine.npz", **arrays)
    found = load_own(str(tmp_path / "mine.npz"))
    assert found.graph.num_nodes == 40
    assert found.fingerprint.num_classes == 4
    assert isinstance(found.graph, Graph)
    assert arrays["attr_data"].max() > 1
    del arrays["labels"]
    np.savez(tmp_path / "bare.npz", **arrays)
    assert load_own(tmp_path / "bare.npz").labels is None


TEST = torch.arange(12) >= 8


def masks(splits: int = 0) -> dict[str, torch.Tensor]:
    """Masks of one split, or of several that share their test nodes."""
    nodes = torch.arange(12)
    if not splits:
        return {"train_mask": nodes < 4, "val_mask": (nodes >= 4) & (nodes < 8), "test_mask": TEST}
    train = torch.stack([(nodes < 8) & (nodes % 4 == s) for s in range(splits)], dim=1)
    return {"train_mask": train, "val_mask": (nodes < 8)[:, None] & ~train, "test_mask": TEST}


@pytest.mark.parametrize("splits", [0, 1, 3])
def test_masks_are_the_splits(splits: int, tmp_path: Path) -> None:
    save_file(tensors(), tmp_path / "bare.safetensors")
    save_file(tensors(**masks(splits)), tmp_path / "mine.safetensors")
    bare, found = load_own(tmp_path / "bare.safetensors"), load_own(tmp_path / "mine.safetensors")
    assert len(bare.splits) == 20
    assert len(found.splits) == max(1, splits)
    assert (found.public_split is None) == (splits == 3)
    given = masks(splits)
    for number, split in enumerate(found.splits):
        for part in ("train", "val", "test"):
            mask = given[f"{part}_mask"]
            column = mask if mask.ndim == 1 else mask[:, number]
            assert getattr(split, part).tolist() == column.nonzero().squeeze(1).tolist()
    assert found.fingerprint.digest != bare.fingerprint.digest, "results are found by it"
    moved = {name: mask.roll(1, 0) for name, mask in masks(splits).items()}
    save_file(tensors(**moved), tmp_path / "moved.safetensors")
    assert load_own(tmp_path / "moved.safetensors").fingerprint.digest != found.fingerprint.digest


def tensors(**change: Any) -> dict[str, torch.Tensor]:
    held = {
        "x": torch.arange(36.0).reshape(12, 3),
        "edge_index": torch.tensor([[0, 0, 5, 5], [1, 1, 5, 2]]),
        "y": torch.arange(12) % 4,
    }
    return {key: value for key, value in {**held, **change}.items() if value is not None}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int32])
def test_safetensors_of_every_number_type(dtype: torch.dtype, tmp_path: Path) -> None:
    held = tensors(x=tensors()["x"].to(dtype))
    save_file(held, tmp_path / "mine.safetensors")
    found = load_own(tmp_path / "mine.safetensors")
    edges = np.array([[0, 1, 2, 5], [1, 0, 5, 2]])
    assert found.fingerprint == fingerprint(np.arange(36.0).reshape(12, 3), edges, np.arange(12) % 4)
    assert found.graph.edge_index.tolist() == edges.tolist()
    del held["y"]
    save_file(held, tmp_path / "mine.safetensors")
    assert load_own(tmp_path / "mine.safetensors").labels is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"x": None}, "has no x; it holds edge_index, y"),
        ({"x": None, "edge_index": None}, "has no x and no edge_index; it holds y"),
        ({"x": torch.ones(12)}, r"x has shape \[12\]"),
        ({"x": torch.ones(12, 0)}, "x has 0 features"),
        ({"x": torch.full((12, 1), torch.nan)}, "x is not finite"),
        ({"edge_index": torch.ones(3, 2, dtype=torch.int64)}, r"edge_index has shape \[3, 2\]"),
        ({"edge_index": torch.ones(2, 2)}, "edge_index has dtype float32: integers"),
        ({"edge_index": torch.tensor([[0], [12]])}, "edge_index has edges out of range"),
        ({"y": torch.ones(12)}, "y has dtype float32: integer labels"),
        ({"y": torch.arange(11)}, r"y has shape \[11\]"),
        ({"y": torch.arange(12) - 1}, "y has a negative label"),
        (
            {"val_mask": TEST},
            "it has val_mask and no train_mask: all of train_mask",
        ),
        ({**masks(), "val_mask": torch.ones(12)}, r"val_mask is torch\.float32 \[12\]: bool \[12\] or"),
        ({**masks(), "val_mask": TEST[:11].clone()}, r"val_mask is torch\.bool \[11\]"),
        ({**masks(3), "test_mask": TEST[:, None].expand(12, 2).clone()}, "the masks have 2 and 3 columns"),
        ({**masks(), "val_mask": TEST.clone()}, "split part 'test' repeats a node"),
        ({**masks(), "val_mask": TEST & False}, r"split part 'val' has shape \[0\]"),
    ],
)
def test_refuses_other_safetensors(change: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    save_file(tensors(**change), tmp_path / "mine.safetensors")
    with pytest.raises(DataError, match=rf"mine\.safetensors:? .*{complaint}"):
        load_own(tmp_path / "mine.safetensors")


def test_refuses_damaged_files(tmp_path: Path) -> None:
    save_file(tensors(), tmp_path / "mine.safetensors")
    whole = (tmp_path / "mine.safetensors").read_bytes()
    for content in (b"", whole[:-1], b"junk" * 10):
        (tmp_path / "mine.safetensors").write_bytes(content)
        with pytest.raises(DataError, match=r"mine\.safetensors is damaged or no safetensors file"):
            load_own(tmp_path / "mine.safetensors")
    arrays = {**npz_arrays(), "attr_matrix": np.ones((40, 0))}
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(DataError, match=r"mine\.npz: x has 0 features"):
        load_own(tmp_path / "mine.npz")


def test_refuses_other_paths(tmp_path: Path) -> None:
    (tmp_path / "mine.npz").touch()
    with pytest.raises(ConfigError, match=r"mine\.pkl: accepted endings are \.npz, \.safetensors, \.graphml"):
        load_own(tmp_path / "mine.pkl")
    with pytest.raises(DataUnavailableError, match=r"graph .*absent\.csv does not exist"):
        load_own(tmp_path / "absent.csv")
    with pytest.raises(ConfigError, match=r"features is t\.csv, but .*mine\.npz holds its own: .*'degree'"):
        load_own(tmp_path / "mine.npz", features="t.csv")


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_cycle(tmp_path, 12)

    def denied(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("rgrl.datasets.own.read_edges", denied)
    with pytest.raises(DataUnavailableError, match=r"ring\.edgelist cannot be read: Permission denied"):
        load_own(path)


def test_tells_files_from_names(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    assert is_own(tmp_path / "plain")
    assert is_own("absent.NPZ")
    assert is_own("folder/absent.edgelist")
    assert not is_own("cora")
    assert not is_own("ogbn-arxiv")
    assert is_own("folder/data.json"), "so that the endings are told, and not the names"


def test_a_registry_name_is_never_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "karate").touch()
    assert not is_own("karate")
    assert not is_own(" Karate ")
    assert load_dataset("karate").spec.reader == "embedded"


def test_a_published_file_is_known_by_its_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "data.json").write_text("{}")
    expected = r"accepted endings are .*; put it at <root>/wikics/raw/ and name the dataset 'wikics'$"
    with pytest.raises(ConfigError, match=expected):
        load_dataset(tmp_path / "data.json")
    np.savez(tmp_path / "amazon_electronics_photo.npz", **npz_arrays())
    np.savez(tmp_path / "mine.npz", **npz_arrays())
    load_own(tmp_path / "mine.npz")
    assert not caplog.records
    load_own(tmp_path / "amazon_electronics_photo.npz")
    assert "features are not binarised; name the dataset 'photo'" in caplog.text
