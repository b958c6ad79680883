from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from raw_writers import Bomb, npz_arrays
from safetensors.torch import save_file

from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.own import load_own
from rgrl.errors import DataError, UnsafeDataError

TEST = torch.arange(12) >= 8


def masks(splits: int = 0) -> dict[str, torch.Tensor]:
    """Masks of one split, or of several that share their test nodes."""
    nodes = torch.arange(12)
    if not splits:
        return {"train_mask": nodes < 4, "val_mask": (nodes >= 4) & (nodes < 8), "test_mask": TEST}
    train = torch.stack([(nodes < 8) & (nodes % 4 == s) for s in range(splits)], dim=1)
    return {"train_mask": train, "val_mask": (nodes < 8)[:, None] & ~train, "test_mask": TEST}


def tensors(**change: Any) -> dict[str, torch.Tensor]:
    held = {
        "x": torch.arange(36.0).reshape(12, 3),
        "edge_index": torch.tensor([[0, 0, 5, 5], [1, 1, 5, 2]]),
        "y": torch.arange(12) % 4,
    }
    return {key: value for key, value in {**held, **change}.items() if value is not None}


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


def test_masks_lose_nodes_without_a_label(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    y = torch.arange(12) % 4
    y[[0, 5, 11]] = -1
    save_file(tensors(y=y, **masks(3)), tmp_path / "mine.safetensors")
    found = load_own(tmp_path / "mine.safetensors")
    assert [split.test.tolist() for split in found.splits] == [[8, 9, 10]] * 3
    assert [split.train.tolist() for split in found.splits] == [[4], [1], [2, 6]]
    y[8:] = -1
    save_file(tensors(y=y, **masks(3)), tmp_path / "mine.safetensors")
    assert load_own(tmp_path / "mine.safetensors").splits == ()
    assert "6 of 12 nodes have no label (-1, or an empty cell); a mask has no others" in caplog.text


def test_npz_of_plain_arrays(tmp_path: Path) -> None:
    held = {**tensors(), **masks(3)}
    save_file(held, tmp_path / "mine.safetensors")
    np.savez(tmp_path / "mine.npz", **{name: tensor.numpy() for name, tensor in held.items()})
    expected, found = load_own(tmp_path / "mine.safetensors"), load_own(tmp_path / "mine.npz")
    assert found.fingerprint == expected.fingerprint
    assert len(found.splits) == 3
    np.savez(tmp_path / "bare.npz", x=np.eye(12), edge_index=held["edge_index"].numpy())
    assert load_own(tmp_path / "bare.npz").labels is None


def test_refuses_other_npz_of_plain_arrays(tmp_path: Path) -> None:
    path, edges = tmp_path / "mine.npz", np.array([[0], [1]])
    for change, complaint in (
        ({"x": None}, "it has no x and no adj_data as in gnn-benchmark's form; it holds edge_index, y"),
        ({"edge_index": None}, "it has no edge_index and no adj_data"),
        ({"y": np.zeros(2)}, "y has dtype float64"),
        ({"y": np.array([0, -2])}, "y has a negative label: node 1 has -2"),
        ({"edge_index": edges + 1}, "edge_index has edges out of range"),
        ({"x": np.ones(2)}, r"x has shape \[2\]"),
        ({"train_mask": np.ones(2, dtype=bool)}, "it has train_mask and no val_mask"),
        (dict.fromkeys(masks(), np.ones(2)), r"train_mask is float64 \[2\]: bool \[2\] or"),
        (dict.fromkeys(masks(), np.ones((2, 0), dtype=bool)), "the masks have 0 columns"),
    ):
        held = {"x": np.eye(2), "edge_index": edges, "y": np.zeros(2, dtype=int), **change}
        np.savez(path, **{name: array for name, array in held.items() if array is not None})
        with pytest.raises(DataError, match=rf"mine\.npz: {complaint}"):
            load_own(path)


def test_npz_of_plain_arrays_is_never_unpickled(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "mine.npz"
    held = {"x": np.eye(2), "edge_index": np.array([[0], [1]])}
    np.savez(path, **held, names=np.array([Bomb(trace)], dtype=object))
    assert load_own(path).graph.num_nodes == 2
    np.savez(path, **held, y=np.array([Bomb(trace)] * 2, dtype=object))
    with pytest.raises(UnsafeDataError, match=r"mine\.npz .* an array in it is a pickle"):
        load_own(path)
    assert not trace.exists()


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
        ({"y": torch.arange(12) - 2}, "y has a negative label: node 0 has -2"),
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
