"""Embeddings as files that other programs read."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from rgrl.errors import ConfigError, DataError, MissingExtraError, OutputError
from rgrl.estimator.node_ids import NodeIds, checked_node_ids, ids_to_json
from rgrl.evaluate.checks import require_finite
from rgrl.write_whole import write_whole

ENDINGS = (".npy", ".safetensors", ".parquet", ".csv")


def write_embedding(path: Path | str, embedding: Any, *, node_ids: Any = None) -> None:
    """Write an embedding, one row a node; a file of that name is replaced whole or stays.

    - ``.npy``: the matrix alone, float32, without ids.
    - ``.safetensors``: the matrix as ``embeddings``, and the ids as JSON in the metadata ``node_ids``.
    - ``.parquet``, ``.csv``: a column ``node`` with the ids, then ``0`` to ``d - 1``.

    ``rgrl.evaluate.load_embeddings`` reads all four.

    Args:
        path: The file; its ending chooses the format.
        embedding: ``[N, d]``, finite.
        node_ids: One a row; ``None`` for 0 to N - 1.

    Raises:
        ConfigError: If the ending is another.
        DataError: If the embedding is no finite matrix, or an id is missing, there twice or cannot be stored.
        MissingExtraError: For ``.parquet`` without pandas and pyarrow.
        OutputError: If the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "two.csv")
        ...     write_embedding(path, [[0.5, 1.0], [2.0, 0.0]], node_ids=["ann", "bob"])
        ...     path.read_text().split()
        ['node,0,1', 'ann,0.5,1.0', 'bob,2.0,0.0']
    """
    path = Path(path)
    ending = _ending(path)
    matrix = np.ascontiguousarray(embedding, dtype=np.float32)
    if matrix.ndim != 2:
        raise DataError(f"the embedding has shape {list(matrix.shape)}: [N, d] is needed")
    require_finite(torch.from_numpy(matrix), "the embedding")
    ids = checked_node_ids(node_ids, matrix.shape[0])
    with write_whole(path) as temporary:
        if ending == ".npy":
            with temporary.open("wb") as file:
                np.save(file, matrix, allow_pickle=False)
        elif ending == ".safetensors":
            from safetensors.numpy import save_file

            save_file({"embeddings": matrix}, temporary, metadata={"node_ids": ids_to_json(ids)})
        elif ending == ".csv":
            _write_csv(temporary, matrix, ids)
        else:
            _write_parquet(temporary, path, matrix, ids)


def require_target(path: Path) -> None:
    """Say before an embedding is made whether it could be written there.

    Raises:
        ConfigError: If the ending is none of `write_embedding`'s.
        MissingExtraError: For ``.parquet`` without pandas and pyarrow.
        OutputError: If the folder does not exist, or the path is a folder.
    """
    if _ending(path) == ".parquet":
        _parquet_modules(path)
    if not path.parent.is_dir():
        raise OutputError(f"{path} cannot be written: its folder does not exist")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: the path of a file is needed")


def _ending(path: Path) -> str:
    if (ending := path.suffix.lower()) not in ENDINGS:
        raise ConfigError(f"{path} has the ending '{ending}': accepted are {', '.join(ENDINGS)}")
    return ending


def _parquet_modules(path: Path) -> tuple[Any, Any]:
    try:
        import pandas
        import pyarrow
    except ImportError as error:
        raise MissingExtraError(f"{path} needs {error.name}: pip install 'rgrl[tables]'") from error
    return pandas, pyarrow


def _write_csv(temporary: Path, matrix: npt.NDArray[np.float32], ids: NodeIds) -> None:
    with temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["node", *range(matrix.shape[1])])
        for node, row in zip(ids.tolist(), matrix, strict=True):
            writer.writerow([node, *map(str, row)])  # as many digits as the float32 has


def _write_parquet(temporary: Path, path: Path, matrix: npt.NDArray[np.float32], ids: NodeIds) -> None:
    pd, pyarrow = _parquet_modules(path)
    frame = pd.DataFrame(matrix, columns=[str(column) for column in range(matrix.shape[1])])
    frame.insert(0, "node", ids)
    try:
        frame.to_parquet(temporary, engine="pyarrow", index=False)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError):
        raise DataError(f"{path} cannot hold these node ids: a column of parquet has one type") from None
