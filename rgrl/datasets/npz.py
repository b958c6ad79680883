"""Graphs in `.npz` files: gnn-benchmark's (Amazon, Coauthor, Cora Full) and the user's own."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.own_arrays import OWN_ARRAYS, own_arrays
from rgrl.datasets.raw_graph import RawGraph
from rgrl.errors import DataError, UnsafeDataError

# Unpacked; the largest published file (Computers) has 32 MB.
MAX_ARRAY_BYTES = 4 * 1024**3
_CSR_PARTS = ("data", "indices", "indptr", "shape")


def read_npz(path: Path, *, own: bool = False) -> RawGraph:
    """Read one `.npz` file in gnn-benchmark's form.

    Keys `adj_{data,indices,indptr,shape}`, `attr_{data,indices,indptr,shape}` (or a dense `attr_matrix`) and
    `labels`; no other key is opened, above all not the pickled `class_names`. Positive features become 1,
    edges become undirected and lose their self-loops, as PyG's reader does it.

    Args:
        path: The file.
        own: The file is the user's: features stay as they are, `labels` may be absent or in part -1, and an
            entry of the adjacency that is zero is no edge. Without any `adj_*`, the file may have `x`,
            `edge_index` and what else :func:`rgrl.datasets.own_arrays.own_arrays` takes.

    Returns:
        The graph; it has no public split.

    Raises:
        UnsafeDataError: A needed array is pickled.
        DataError: The file is truncated, altered or has another form.
    """
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is damaged or no .npz archive (of {path.stat().st_size} bytes)")
    try:
        with np.load(path, allow_pickle=False) as archive:
            refuse_oversize("it", archive.zip.infolist())
            if own and not any(key.startswith("adj_") for key in archive):
                _require(archive, ("x", "edge_index"), " and no adj_data as in gnn-benchmark's form")
                return own_arrays({key: archive[key] for key in OWN_ARRAYS if key in archive})
            _require_keys(archive)
            x = _features(archive, binarise=not own)
            adj = _csr(archive, "adj")
            labels = None if own and "labels" not in archive else np.asarray(archive["labels"])
            if labels is not None and labels.dtype.kind not in "iu":
                raise DataError(f"labels are {labels.dtype}; integers are expected")
            if own:
                adj.eliminate_zeros()
            coo = adj.tocoo()
            if adj.shape[0] != adj.shape[1] or adj.shape[0] != x.shape[0]:
                raise DataError(f"adjacency {list(adj.shape)} does not fit features {list(x.shape)}")
            edges = undirected_edges(coo.row.astype(np.int64), coo.col.astype(np.int64), x.shape[0])
            y = None if labels is None else labels.astype(np.int64)
            return RawGraph(x=x, edge_index=edges, y=y, partly_labelled=own)
    except UnsafeDataError:
        raise
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    except Exception as error:  # a damaged archive can raise nearly anything
        kind = UnsafeDataError if "allow_pickle" in str(error) else DataError
        reason = "an array in it is a pickle" if kind is UnsafeDataError else " ".join(str(error).split())
        raise kind(f"{path} is damaged or not in gnn-benchmark's form: {reason}") from error


def _require_keys(archive: Mapping[str, Any]) -> None:
    attr = ["attr_matrix"] if "attr_matrix" in archive else [f"attr_{part}" for part in _CSR_PARTS]
    _require(archive, [*(f"adj_{part}" for part in _CSR_PARTS), *attr])


def _require(archive: Mapping[str, Any], needed: Sequence[str], other: str = "") -> None:
    if missing := [key for key in needed if key not in archive]:
        held = ", ".join(sorted(archive))[:200] or "nothing"
        raise DataError(f"it has no {', '.join(missing)}{other}; it holds {held}")


def refuse_oversize(name: str, members: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse members of an archive that would take too much memory, by the size that they state.

    Raises:
        DataError: They unpack to more than `MAX_ARRAY_BYTES`; the message begins with the name.
    """
    total = sum(member.file_size for member in members)
    if total > MAX_ARRAY_BYTES:
        raise DataError(f"{name} unpacks to {total} bytes; at most {MAX_ARRAY_BYTES} are accepted")


def _features(
    archive: Mapping[str, npt.NDArray[Any]], *, binarise: bool
) -> npt.NDArray[np.float32] | sparse.csr_matrix:
    if "attr_matrix" in archive:
        dense = np.asarray(archive["attr_matrix"]).astype(np.float32)
        if dense.ndim != 2:
            raise DataError(f"attr_matrix has shape {list(dense.shape)}; [nodes, features] is expected")
        if binarise:
            dense[dense > 0] = 1
        return dense
    x = _csr(archive, "attr").astype(np.float32)
    x.sum_duplicates()
    if binarise:
        x.data[x.data > 0] = 1
    x.eliminate_zeros()
    return x


def _csr(archive: Mapping[str, npt.NDArray[Any]], prefix: str) -> sparse.csr_matrix:
    data, indices, indptr, shape = (archive[f"{prefix}_{part}"] for part in _CSR_PARTS)
    rows, columns = (int(size) for size in shape)
    matrix = sparse.csr_matrix((data, indices, indptr), shape=(rows, columns))
    matrix.check_format(full_check=True)
    return matrix
