"""A fitted embedder as a safetensors file: tensors, and everything else as JSON in its metadata."""

from __future__ import annotations

import hashlib
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
from rgrl.estimator.feature_scale import FeatureScale
from rgrl.estimator.node_ids import NodeIds, checked_node_ids, ids_from_json, ids_to_json
from rgrl.evaluate.checks import require_finite
from rgrl.write_whole import write_whole

_FORMAT, _VERSION = "rgrl.RGRLEmbedder", 1
_MODEL = "model."
_DIGEST = "sha256"


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
        scale: Of standardised features; ``None`` for features as they were.
    """

    params: dict[str, Any]
    facts: dict[str, Any]
    weights: dict[str, Tensor]
    embedding: Tensor
    losses: Tensor
    node_ids: NodeIds
    scale: FeatureScale | None = None


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
    if stored.scale is not None:
        tensors |= {"feature_mean": stored.scale.mean.cpu(), "feature_std": stored.scale.std.cpu()}
    metadata = {
        "format": _FORMAT,
        "format_version": str(_VERSION),
        "rgrl_version": __version__,
        # What older versions do not know is left out where it says nothing, so that they read the file.
        "params": json.dumps({k: v for k, v in stored.params.items() if (k, v) != ("standardize", False)}),
        "facts": json.dumps({k: v for k, v in stored.facts.items() if (k, v) != ("feature_names_in_", None)}),
    }
    metadata[_DIGEST] = _digest(metadata, tensors)
    with write_whole(path) as temporary:
        save_file(tensors, temporary, metadata=metadata)


def read_embedder(path: Path) -> StoredEmbedder:
    """Read what :func:`write_embedder` wrote; nothing in it is ever run.

    Each part is checked by itself; whether they fit together is seen by :func:`restored`. A file that was
    changed after it was written is known by its digest.

    Raises:
        DataError: If the file is missing, damaged, something else, or of a later version.
    """
    metadata, tensors = _content(path)
    if metadata.get("format") != _FORMAT:
        raise DataError(f"{path} holds no RGRLEmbedder: a file that RGRLEmbedder.save wrote is needed")
    if (found := metadata.get("format_version")) != str(_VERSION):
        raise DataError(f"{path} has version {found!r} of its format: this rgrl reads version {_VERSION}")
    try:
        return _taken(metadata, tensors)
    except DataError as error:
        raise DataError(f"{path} is damaged: {error}") from None


def _content(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    except SafetensorError as error:
        raise DataError(f"{path} is damaged or no safetensors file: {error}") from None


def _taken(metadata: Mapping[str, str], tensors: dict[str, Tensor]) -> StoredEmbedder:
    params, facts = _table("params", metadata), _table("facts", metadata)
    if _DIGEST in metadata and metadata[_DIGEST] != _digest(metadata, tensors):
        raise DataError("its content is not what was written")
    weights = {name.removeprefix(_MODEL): value for name, value in tensors.items() if name.startswith(_MODEL)}
    others = {name: value for name, value in tensors.items() if not name.startswith(_MODEL)}
    embedding = _taken_out(others, "embeddings", torch.float32, 2)
    losses = _taken_out(others, "loss_curve", torch.float64, 1)
    if "node_ids" in others:
        ids: NodeIds = _taken_out(others, "node_ids", torch.int64, 1).numpy()
    else:
        ids = _parsed_ids(_taken_out(others, "node_ids_json", torch.uint8, 1))
    scale = None
    if "feature_mean" in others or "feature_std" in others:
        mean, std = (_taken_out(others, f"feature_{name}", torch.float32, 1) for name in ("mean", "std"))
        scale = FeatureScale(mean, std)
    if others:
        raise DataError(f"the tensor {min(others)!r} is none of an embedder's")
    if 0 in embedding.shape:
        raise DataError(f"embeddings have shape {list(embedding.shape)}: at least [1, 1] is needed")
    require_finite(embedding)
    if not bool(torch.isfinite(losses).all()):
        raise DataError("loss_curve holds NaN or infinite values: finite ones are needed")
    node_ids = checked_node_ids(ids, embedding.shape[0])
    return StoredEmbedder(params, facts, weights, embedding, losses, node_ids, scale)


def _table(name: str, metadata: Mapping[str, str]) -> dict[str, Any]:
    table = _parsed(name, metadata.get(name, ""))
    if not isinstance(table, dict):
        raise DataError(f"{name} is no table")
    return table


def _parsed_ids(code: Tensor) -> NodeIds:
    try:
        text = code.numpy().tobytes().decode()
        return ids_from_json(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"node_ids_json cannot be read: {error}") from None


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # RecursionError: nested without end
        raise DataError(f"{name} cannot be read: {error}") from None


def _taken_out(tensors: dict[str, Tensor], name: str, dtype: torch.dtype, dim: int) -> Tensor:
    if name not in tensors:
        raise DataError(f"the tensor {name!r} is missing")
    tensor = tensors.pop(name)
    if tensor.dtype != dtype or tensor.dim() != dim:
        raise DataError(
            f"the tensor {name!r} is {tensor.dtype} {list(tensor.shape)}: "
            f"{dtype} of {dim} dimensions is needed"
        )
    return tensor


def _digest(metadata: Mapping[str, str], tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of settings, facts, and every tensor with its name, type and shape."""
    digest = hashlib.sha256(repr((metadata["params"], metadata["facts"])).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(repr((name, str(tensor.dtype), list(tensor.shape))).encode())
        if tensor.numel():
            digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
