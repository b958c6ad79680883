"""Embeddings on disk: any method's are read, ours are written with the fingerprint of their graph."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rgrl.errors import DataError, OutputError
from rgrl.evaluate.checks import require_finite
from rgrl.evaluate.embedding_formats import read_npy, read_npz, read_pt, read_safetensors
from rgrl.evaluate.embedding_tables import read_csv_table, read_parquet_table
from rgrl.evaluate.loaded_embeddings import LoadedEmbeddings
from rgrl.write_whole import write_whole

logger = logging.getLogger(__name__)

_READERS = {".npy": read_npy, ".npz": read_npz, ".safetensors": read_safetensors, ".pt": read_pt}
_TABLES = {".csv": read_csv_table, ".parquet": read_parquet_table}
_ENDINGS = ", ".join((*_READERS, *_TABLES))


def load_embeddings(path: Path | str) -> LoadedEmbeddings:
    """Read embeddings ``[N, d]`` without running anything that the file may hold.

    Accepted are ``.npy``; ``.npz`` and ``.safetensors`` with one array or one named ``embeddings``; ``.pt``
    with a tensor or numpy array, or a dictionary with one of two dimensions or one named ``embeddings``.
    Integers and booleans become float32. What ``rgrl-bench embed`` writes names the nodes, a ``.csv`` or
    ``.parquet`` in a column ``node`` before the numbers, ``.safetensors`` in its metadata; the rows stay as
    they are, see :meth:`LoadedEmbeddings.in_order_of`.

    Args:
        path: The file.

    Raises:
        DataError: If the file is missing, empty, cut short or of another format, or its values are not a
            finite real matrix.
        UnsafeDataError: If it asks for more than plain arrays, as a pickle does.
        MissingExtraError: For ``.parquet`` without pandas and pyarrow.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (*_READERS, *_TABLES):
        raise DataError(f"{path} has the ending '{path.suffix}': {_ENDINGS} are accepted")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    if not path.is_file():
        raise DataError(f"{path} is not a file: embeddings as {_ENDINGS} are accepted")
    if size == 0:
        raise DataError(f"{path} is empty: embeddings [nodes, dimensions] are needed")
    if ending in _TABLES:
        table, ids = _TABLES[ending](path)
        return LoadedEmbeddings(_as_matrix(table, path), None, {}, path, ids)
    raw, metadata = _READERS[ending](path)
    values = _as_matrix(raw, path)
    fingerprint = metadata.pop("fingerprint", None)
    return LoadedEmbeddings(values, fingerprint, metadata, path, _node_ids(metadata, values, path))


def _node_ids(metadata: Mapping[str, str], values: Tensor, path: Path) -> tuple[str, ...] | None:
    """The ids that `rgrl-bench embed` writes, as text; other metadata of that name is left alone."""
    if "node_ids" not in metadata:
        return None
    try:
        ids = json.loads(metadata["node_ids"])
    except (ValueError, RecursionError):
        return None
    if not isinstance(ids, list) or not all(type(node) in (int, str) for node in ids):
        return None
    names = tuple(map(str, ids))
    different = len(set(names))
    if different != len(names) or different != values.shape[0]:
        raise DataError(f"{path} has {values.shape[0]} rows and {different} node ids: one each is needed")
    return names


def save_embeddings(
    path: Path | str,
    values: Any,
    *,
    fingerprint: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write embeddings as safetensors, atomically: a reader sees the old file or the new one, whole.

    Args:
        path: The file, ending in ``.safetensors``.
        values: A tensor or an array ``[N, d]``, finite; written as float32.
        fingerprint: Digest of the graph they were made on, ``Dataset.fingerprint.digest``: the file is then
            refused on another. ``None`` for a graph that has none.
        metadata: What else to write with them; ``fingerprint`` is taken.

    Raises:
        DataError: If the values are not a finite real matrix.
        OutputError: If the file cannot be written, has another ending, or the metadata names a fingerprint.
    """
    from safetensors.torch import save_file

    path = Path(path)
    if path.suffix.lower() != ".safetensors":
        raise OutputError(f"{path} has the ending '{path.suffix}': embeddings are written as .safetensors")
    if metadata is not None and "fingerprint" in metadata:
        raise OutputError(f"metadata for {path} holds 'fingerprint', which is the fingerprint's own key")
    try:
        tensor = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError) as error:
        kind = type(values).__name__
        raise DataError(f"the values for {path} are a {kind} ({error}): numbers [N, d] are needed") from None
    matrix = _as_matrix(tensor.detach().cpu(), path).contiguous()
    known = {} if fingerprint is None else {"fingerprint": fingerprint}
    with write_whole(path) as temporary:
        save_file({"embeddings": matrix}, temporary, metadata={**(metadata or {}), **known})


def check_embeddings(loaded: LoadedEmbeddings, *, num_nodes: int, fingerprint: str) -> None:
    """Refuse embeddings of another graph.

    Those without a fingerprint are taken as rows in the dataset's canonical node order; a warning is logged.

    Args:
        loaded: What `load_embeddings` gave.
        num_nodes: Nodes of the graph at hand.
        fingerprint: Fingerprint of the graph at hand.

    Raises:
        DataError: If the number of rows or the fingerprint differs.
    """
    rows = loaded.values.shape[0]
    if rows != num_nodes:
        raise DataError(
            f"{loaded.path} has {rows} rows: the graph has {num_nodes} nodes, one row each is needed"
        )
    if loaded.fingerprint is None:
        logger.warning("%s names no graph: its rows are taken in the canonical order of nodes", loaded.path)
    elif loaded.fingerprint != fingerprint:
        raise DataError(
            f"{loaded.path} was made on the graph with fingerprint {loaded.fingerprint}: "
            f"this graph has {fingerprint}"
        )


def _as_matrix(values: Tensor, path: Path) -> Tensor:
    """The values as a finite float32 matrix ``[N, d]``."""
    shape = list(values.shape)
    if values.layout != torch.strided or values.device.type != "cpu" or values.is_quantized:
        raise DataError(
            f"{path} holds a {values.layout} tensor on {values.device}: plain dense values are needed"
        )
    if values.is_complex():
        raise DataError(f"{path} holds {values.dtype}: real numbers are needed")
    if len(shape) != 2 or 0 in shape:
        raise DataError(
            f"{path} holds values of shape {shape}: [nodes, dimensions] is needed, at least [1, 1]"
        )
    matrix = values.detach().to(torch.float32)
    require_finite(matrix, str(path))
    return matrix
