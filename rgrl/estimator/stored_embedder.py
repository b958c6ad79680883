"""A fitted embedder as a safetensors file: tensors, and everything else as JSON in its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rgrl import __version__
from rgrl.errors import DataError, OutputError
from rgrl.estimator.node_ids import NodeIds, ids_from_json, ids_to_json
from rgrl.write_whole import write_whole

_FORMAT, _VERSION = "rgrl.RGRLEmbedder", 1
_MODEL = "model."


@dataclass(frozen=True, eq=False)
class StoredEmbedder:
    """What makes a fitted embedder.

    Attributes:
        params: Arguments of its constructor, plain values.
        facts: What ``fit`` found, plain values.
        weights: State of the model.
        embedding: ``[N, d]``.
        losses: ``[updates]``.
        node_ids: ``[N]``.
    """

    params: dict[str, Any]
    facts: dict[str, Any]
    weights: dict[str, Tensor]
    embedding: Tensor
    losses: Tensor
    node_ids: NodeIds


def write_embedder(path: Path, stored: StoredEmbedder) -> None:
    """Write the file, whole or not at all.

    Raises:
        DataError: If a node's id cannot be stored.
        OutputError: If the file has another ending than ``.safetensors``, or cannot be written.
    """
    from safetensors.torch import save_file

    if path.suffix.lower() != ".safetensors":
        raise OutputError(f"{path} has the ending '{path.suffix}': an embedder is written as .safetensors")
    ids = stored.node_ids
    whole = ids.dtype.kind == "i"
    code = ids if whole else np.frombuffer(ids_to_json(ids).encode(), dtype=np.uint8).copy()
    tensors = {
        **{_MODEL + name: value.detach().cpu().contiguous() for name, value in stored.weights.items()},
        "embeddings": stored.embedding.contiguous(),
        "loss_curve": stored.losses,
        "node_ids" if whole else "node_ids_json": torch.from_numpy(code),
    }
    metadata = {
        "format": _FORMAT,
        "format_version": str(_VERSION),
        "rgrl_version": __version__,
        "params": json.dumps(stored.params),
        "facts": json.dumps(stored.facts),
    }
    with write_whole(path) as temporary:
        save_file(tensors, temporary, metadata=metadata)


def read_embedder(path: Path) -> StoredEmbedder:
    """Read what :func:`write_embedder` wrote; nothing in it is ever run.

    Raises:
        DataError: If the file is missing, damaged, something else, or of a later version.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    except SafetensorError as error:
        raise DataError(f"{path} is damaged or no safetensors file: {error}") from None
    if metadata.get("format") != _FORMAT:
        raise DataError(f"{path} holds no RGRLEmbedder: a file that RGRLEmbedder.save wrote is needed")
    if metadata.get("format_version") != str(_VERSION):
        found = metadata.get("format_version")
        raise DataError(f"{path} has version {found} of its format: this rgrl reads version {_VERSION}")
    try:
        return _taken(metadata, tensors)
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(f"{path} is damaged: {type(error).__name__} {error}") from None


def _taken(metadata: Mapping[str, str], tensors: dict[str, Tensor]) -> StoredEmbedder:
    params, facts = json.loads(metadata["params"]), json.loads(metadata["facts"])
    if not isinstance(params, dict) or not isinstance(facts, dict):
        raise ValueError("params and facts are no tables")
    if "node_ids" in tensors:
        ids: NodeIds = tensors["node_ids"].numpy()
    else:
        ids = ids_from_json(tensors["node_ids_json"].numpy().tobytes().decode())
    weights = {name.removeprefix(_MODEL): value for name, value in tensors.items() if name.startswith(_MODEL)}
    embedding, losses = tensors["embeddings"], tensors["loss_curve"]
    if embedding.ndim != 2 or ids.shape != (embedding.shape[0],):
        raise ValueError(f"{ids.size} node ids stand beside an embedding {list(embedding.shape)}")
    return StoredEmbedder(params, facts, weights, embedding, losses, ids)
