"""Top-k personalised PageRank on disk, by the content of the graph and the parameters."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import uuid
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import DataError
from rgrl.graph.graph import Graph
from rgrl.graph.ppr import topk_ppr

logger = logging.getLogger(__name__)

# Raise it whenever `topk_ppr` gives other numbers or the file another layout: old files are then not found.
_FORMAT = 3


def cached_topk_ppr(
    graph: Graph,
    cache: str | Path,
    *,
    k: int,
    restart: float = 0.15,
    tolerance: float = 1e-4,
    include_self: bool = True,
) -> tuple[Tensor, Tensor]:
    """Read what :func:`rgrl.graph.topk_ppr` would return from a folder, or compute it and put it there.

    The file is named after a hash of the adjacency and every parameter, so that another graph or another k
    never meets it. A file that is damaged or holds something else is computed anew and replaced; a folder
    that cannot be written is logged and is no error.

    Args:
        graph: Graph of N nodes.
        cache: The folder; made when it is missing.
        k: As in :func:`rgrl.graph.topk_ppr`, like the others.
        restart: α.
        tolerance: Residual left per unit of degree.
        include_self: Whether a node may be among its own anchors.

    Returns:
        Nodes, int64 ``[N, k]``, and scores, float32 ``[N, k]``, on the CPU; bit for bit what is computed.

    Raises:
        ConfigError: If an argument is out of range.
    """
    key = _key(graph, k, restart, tolerance, include_self)
    path = Path(cache) / f"{key}.safetensors"
    try:
        found = _read(path, key, (graph.num_nodes, k))
        logger.debug("top-%d PageRank read from %s", k, path)
        return found
    except FileNotFoundError:
        pass
    except Exception as error:  # whatever a foreign file makes its reader raise
        logger.warning("%s is not used and will be replaced: %s", path, error)
    index, score = topk_ppr(graph, k=k, restart=restart, tolerance=tolerance, include_self=include_self)
    try:
        _write(path, key, index, score)
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, error.strerror or error)
    return index, score


def _key(graph: Graph, k: int, restart: float, tolerance: float, include_self: bool) -> str:
    parameters = f"{k} {float(restart).hex()} {float(tolerance).hex()} {bool(include_self)}"
    content = hashlib.sha256(f"top-k ppr {_FORMAT} {parameters} {graph.num_nodes} ".encode())
    for part in (graph.pattern.crow, graph.pattern.col):
        content.update(np.ascontiguousarray(part.cpu().numpy(), dtype="<i8").tobytes())
    return content.hexdigest()


def _digest(index: Tensor, score: Tensor) -> str:
    content = hashlib.sha256(np.ascontiguousarray(index.numpy(), dtype="<i8").tobytes())
    content.update(np.ascontiguousarray(score.numpy(), dtype="<f4").tobytes())
    return content.hexdigest()


def _read(path: Path, key: str, shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Read one file; everything that is used later is checked here."""
    from safetensors import safe_open

    if not path.exists():  # safetensors' own error does not always say so
        raise FileNotFoundError(path)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        if metadata.get("key") != key:
            raise DataError("it was written for something else")
        # A copy: the file's own memory would change under us if somebody wrote into the file.
        index, score = (file.get_tensor(name).clone() for name in ("index", "score"))
    if index.dtype != torch.int64 or score.dtype != torch.float32:
        raise DataError(f"it holds {index.dtype} and {score.dtype}")
    if index.shape != shape or score.shape != shape:
        raise DataError(f"it holds {list(index.shape)} and {list(score.shape)} where {list(shape)} is needed")
    if index.min() < -1 or index.max() >= shape[0]:
        raise DataError(f"it names nodes {int(index.min())} to {int(index.max())} of {shape[0]}")
    if not (torch.isfinite(score).all() and (score >= 0).all()):
        raise DataError("its scores are not finite numbers of at least 0")
    if metadata.get("digest") != _digest(index, score):
        raise DataError("its content was altered")
    return index, score


def _write(path: Path, key: str, index: Tensor, score: Tensor) -> None:
    """Write one file so that a reader sees the old one or the new one, whole."""
    from safetensors.torch import save

    content = save({"index": index, "score": score}, {"key": key, "digest": _digest(index, score)})
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
