"""A graph of the user's own in a safetensors file."""

from __future__ import annotations

from pathlib import Path

from rgrl.datasets.own_arrays import own_arrays
from rgrl.datasets.raw_graph import RawGraph
from rgrl.errors import DataError


def read_own_safetensors(path: Path) -> RawGraph:
    """Read the tensors that :func:`rgrl.datasets.own_arrays.own_arrays` takes.

    Raises:
        DataError: The file is damaged, or its parts do not make a graph.
    """
    from safetensors.torch import load_file

    try:
        tensors = load_file(path)
    except Exception as error:  # safetensors has its own error, which is no ValueError
        raise DataError(f"{path} is damaged or no safetensors file: {error}") from error
    missing = [key for key in ("x", "edge_index") if key not in tensors]
    if missing:
        keys = ", ".join(sorted(tensors)) or "nothing"
        raise DataError(f"{path} has no {' and no '.join(missing)}; it holds {keys}")
    try:
        return own_arrays(tensors)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
