from __future__ import annotations

import io
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rgrl.errors import DataError, OutputError, UnsafeDataError
from rgrl.evaluate import LoadedEmbeddings, check_embeddings, load_embeddings, save_embeddings

VALUES = np.arange(12, dtype=np.float32).reshape(4, 3)


class _Bomb:
    """Creates a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.mark,))


def _write(path: Path, kind: str) -> Path:
    tensor = torch.from_numpy(VALUES)
    other = np.ones(5)
    match kind:
        case "npy":
            np.save(path, VALUES)
        case "npz-one":
            np.savez(path, anything=VALUES)
        case "npz-named":
            np.savez_compressed(path, embeddings=VALUES, labels=other)
        case "safetensors-one":
            save_file({"x": tensor}, path)
        case "safetensors-named":
            save_file({"embeddings": tensor, "y": torch.from_numpy(other)}, path)
        case "pt-tensor":
            torch.save(tensor, path)
        case "pt-named":
            torch.save({"embeddings": tensor, "second": tensor}, path)
        case "pt-one":
            torch.save({"emb": torch.nn.Parameter(tensor), "epoch": 3, "y": torch.zeros(4)}, path)
        case "pt-old":
            torch.save(tensor, path, _use_new_zipfile_serialization=False)
        case "pt-array":
            torch.save({"epoch": 275, "embeddings": VALUES}, path)
        case "pt-array-old":
            torch.save({"epoch": 275, "embeddings": VALUES}, path, _use_new_zipfile_serialization=False)
        case "pt-array-alone":
            torch.save(np.asfortranarray(VALUES.astype(">f8")), path)
    return path


KINDS = ["npy", "npz-one", "npz-named", "safetensors-one", "safetensors-named"]
KINDS += ["pt-tensor", "pt-named", "pt-one", "pt-old", "pt-array", "pt-array-old", "pt-array-alone"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_is_read(tmp_path: Path, kind: str) -> None:
    loaded = load_embeddings(_write(tmp_path / f"e.{kind.split('-')[0]}", kind))
    assert loaded.values.dtype == torch.float32
    assert np.array_equal(loaded.values.numpy(), VALUES)
    assert loaded.fingerprint is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("keep", [0, 3, 0.5, -1])
def test_every_cut_file_is_refused_in_one_line(tmp_path: Path, kind: str, keep: float) -> None:
    path = _write(tmp_path / f"e.{kind.split('-')[0]}", kind)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(DataError) as caught:
        load_embeddings(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("suffix", ["pt", "npy", "npz"])
def test_malicious_pickle_never_runs(tmp_path: Path, suffix: str, protocol: int) -> None:
    mark, path = tmp_path / "ran", tmp_path / f"e.{suffix}"
    path.write_bytes(pickle.dumps(_Bomb(mark), protocol=protocol))
    with pytest.raises(UnsafeDataError, match="refused, nothing in it was run") as caught:
        load_embeddings(path)
    assert "\n" not in str(caught.value)
    assert not mark.exists()
    pickle.loads(path.read_bytes())  # the bomb is live: unpickled freely, it does run
    assert mark.exists()


def _save_npy(path: Path, content: Any) -> None:
    np.save(path, np.array([[content]], dtype=object), allow_pickle=True)


def _save_npz(path: Path, content: Any) -> None:
    np.savez(path, embeddings=np.array([[content]], dtype=object), allow_pickle=True)


def _save_pt(path: Path, content: Any) -> None:
    torch.save({"embeddings": torch.ones(2, 2), "more": content}, path)


@pytest.mark.parametrize(("suffix", "save"), [("npy", _save_npy), ("npz", _save_npz), ("pt", _save_pt)])
def test_pickle_inside_a_proper_file_never_runs(
    tmp_path: Path, suffix: str, save: Callable[[Path, Any], None]
) -> None:
    mark, path = tmp_path / "ran", tmp_path / f"e.{suffix}"
    save(path, _Bomb(mark))
    with pytest.raises(UnsafeDataError, match=path.name):
        load_embeddings(path)
    assert not mark.exists()


def test_header_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**6)}
    np.lib.format.write_array_header_1_0(buffer, header)
    (tmp_path / "e.npy").write_bytes(buffer.getvalue() + b"\0" * 64)
    with pytest.raises(DataError, match="damaged or cut short"):
        load_embeddings(tmp_path / "e.npy")


@pytest.mark.parametrize("suffix", ["npy", "npz", "safetensors", "pt"])
def test_plain_text_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"e.{suffix}"
    path.write_text("these are no embeddings, just a line of text\n")
    with pytest.raises(DataError) as caught:
        load_embeddings(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["e.txt", "e.pkl", "e"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"1")
    with pytest.raises(DataError, match=r"\.npy, \.npz, \.safetensors, \.pt, \.csv, \.parquet are accepted"):
        load_embeddings(tmp_path / name)


def test_missing_file_and_directory_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        load_embeddings(tmp_path / "absent.npy")
    (tmp_path / "folder.npy").mkdir()
    with pytest.raises(DataError, match="is not a file"):
        load_embeddings(tmp_path / "folder.npy")


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.float16, np.float64, ">f4"])
def test_real_dtypes_become_float32(tmp_path: Path, dtype: Any) -> None:
    np.save(tmp_path / "e.npy", np.eye(3).astype(dtype))
    loaded = load_embeddings(tmp_path / "e.npy")
    assert torch.equal(loaded.values, torch.eye(3))


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.ones(4), r"shape \[4\]"),
        (np.ones((2, 2, 2)), r"shape \[2, 2, 2\]"),
        (np.ones((0, 2)), r"shape \[0, 2\]"),
        (np.ones((2, 2), dtype=complex), "complex128"),
        (np.array([["a"]]), "<U1"),
        (
            np.array([[0.0, 1.0], [np.nan, np.inf], [np.nan, 0.0]]),
            "3 of 6 values are NaN or infinite, the first in row 1",
        ),
        (np.array([[1e300]]), "1 of 1 values"),
    ],
)
def test_unusable_values_are_refused(tmp_path: Path, array: np.ndarray, text: str) -> None:
    np.save(tmp_path / "e.npy", array)
    with np.errstate(over="ignore"), pytest.raises(DataError, match=text) as caught:
        load_embeddings(tmp_path / "e.npy")
    assert str(tmp_path / "e.npy") in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        torch.eye(3).to_sparse(),
        torch.ones(2, 2, dtype=torch.complex64),
        torch.empty(2, 2, device="meta"),
        [1.0],
        {"a": 1},
    ],
    ids=["sparse", "complex", "meta", "list", "no tensor"],
)
def test_unusable_pt_content_is_refused(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "e.pt")
    with pytest.raises(DataError, match=r"e\.pt holds"):
        load_embeddings(tmp_path / "e.pt")


def test_ambiguous_names_are_listed(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", first=VALUES, second=VALUES)
    with pytest.raises(
        DataError, match=r"holds 2 arrays \(first, second\): exactly one, or one named 'embeddings'"
    ):
        load_embeddings(tmp_path / "e.npz")
    torch.save({"a": torch.ones(2, 2), "b": torch.ones(2, 2)}, tmp_path / "e.pt")
    with pytest.raises(DataError, match="holds 2 two-dimensional tensors"):
        load_embeddings(tmp_path / "e.pt")


def test_saved_embeddings_come_back(tmp_path: Path) -> None:
    path = tmp_path / "e.safetensors"
    save_embeddings(
        path, torch.from_numpy(VALUES).T.T.double(), fingerprint="abc", metadata={"method": "rgrl"}
    )
    loaded = load_embeddings(path)
    assert np.array_equal(loaded.values.numpy(), VALUES)
    assert (loaded.fingerprint, loaded.metadata, loaded.path) == ("abc", {"method": "rgrl"}, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["e.safetensors"]


def test_a_transposed_view_is_saved_in_its_own_order(tmp_path: Path) -> None:
    save_embeddings(tmp_path / "e.safetensors", torch.from_numpy(VALUES).T, fingerprint="abc")
    assert np.array_equal(load_embeddings(tmp_path / "e.safetensors").values.numpy(), VALUES.T)


def test_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e.safetensors"
    save_embeddings(path, torch.ones(2, 2), fingerprint="old")
    monkeypatch.setattr(
        Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OutputError, match="No space left"):
        save_embeddings(path, torch.zeros(2, 2), fingerprint="new")
    assert load_embeddings(path).fingerprint == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["e.safetensors"]


def test_unwritable_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        save_embeddings(tmp_path / "absent" / "e.safetensors", torch.ones(2, 2), fingerprint="abc")
    with pytest.raises(OutputError, match="has the ending"):
        save_embeddings(tmp_path / "e.npy", torch.ones(2, 2), fingerprint="abc")
    with pytest.raises(OutputError, match="own key"):
        save_embeddings(
            tmp_path / "e.safetensors", torch.ones(2, 2), fingerprint="a", metadata={"fingerprint": "b"}
        )


def test_nan_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1 of 1 values"):
        save_embeddings(tmp_path / "e.safetensors", torch.tensor([[float("nan")]]), fingerprint="abc")
    assert not list(tmp_path.iterdir())


def _loaded(fingerprint: str | None) -> LoadedEmbeddings:
    return LoadedEmbeddings(torch.ones(4, 2), fingerprint, {}, Path("e.safetensors"))


def test_wrong_length_names_both_numbers() -> None:
    with pytest.raises(DataError, match=r"e\.safetensors has 4 rows: the graph has 5 nodes"):
        check_embeddings(_loaded("abc"), num_nodes=5, fingerprint="abc")


def test_foreign_fingerprint_names_both() -> None:
    with pytest.raises(DataError, match="fingerprint abc: this graph has xyz"):
        check_embeddings(_loaded("abc"), num_nodes=4, fingerprint="xyz")


def test_own_fingerprint_passes_and_none_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check_embeddings(_loaded("abc"), num_nodes=4, fingerprint="abc")
        assert not caplog.records
        check_embeddings(_loaded(None), num_nodes=4, fingerprint="abc")
    assert "canonical order" in caplog.text


def test_arrays_are_written_and_a_graph_without_a_fingerprint_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "e.safetensors"
    for values in (VALUES, VALUES.tolist(), torch.from_numpy(VALUES).requires_grad_()):
        save_embeddings(path, values)
        loaded = load_embeddings(path)
        assert loaded.fingerprint is None
        assert np.array_equal(loaded.values.numpy(), VALUES)
    check_embeddings(loaded, num_nodes=VALUES.shape[0], fingerprint="any")
    assert "names no graph" in caplog.text
    with pytest.raises(DataError, match=r"the values for .* are a str .*: numbers \[N, d\] are needed"):
        save_embeddings(path, "rows")
