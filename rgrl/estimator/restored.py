"""A fitted embedder from its file, once its parts are known to fit together."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rgrl.errors import ConfigError, DataError, RGRLError
from rgrl.estimator.model_of import model_of
from rgrl.estimator.plain_arguments import require_plain
from rgrl.estimator.stored_embedder import StoredEmbedder, read_embedder
from rgrl.methods.rgrl import RGRL

_LARGEST = 2**63 - 1
_LONGEST_REASON = 300

#: What files have not that were written before there was such a thing.
_LATER_PARAMS: dict[str, Any] = {"standardize": False}
_LATER_FACTS: dict[str, Any] = {"feature_names_in_": None}


def restored(path: Path, arguments: Collection[str]) -> tuple[StoredEmbedder, RGRL]:
    """Read an embedder's file and build its model.

    Args:
        path: The file.
        arguments: Names of the constructor's arguments.

    Raises:
        DataError: If the file is missing, damaged or something else, or its parts do not fit together.
    """
    stored = read_embedder(path)
    params = {name: tuple(v) if isinstance(v, list) else v for name, v in stored.params.items()}
    params = {**_LATER_PARAMS, **params}
    stored = replace(stored, params=params, facts={**_LATER_FACTS, **stored.facts})
    try:
        _require_names("params", params, arguments)
        require_plain(params)
        _require_facts(stored.facts)
        require_scale(stored)
        model = model_of(params, stored.facts["n_features_in_"], stored.weights)
        if (width := stored.embedding.shape[1]) != params["layers"][-1]:
            raise DataError(f"embeddings have {width} columns: the model gives {params['layers'][-1]}")
        if (updates := stored.losses.shape[0]) > stored.facts["n_iter_"]:
            raise DataError(f"loss_curve has {updates} updates, but n_iter_ is {stored.facts['n_iter_']}")
    except RGRLError as error:
        reason = str(error)[:_LONGEST_REASON]
        raise DataError(f"{path} is damaged: its parts do not fit together ({reason})") from None
    names = stored.facts.pop("feature_names_in_")
    if names is not None:  # without names there is no such attribute
        stored.facts["feature_names_in_"] = np.array(names, dtype=object)
    return stored, model


def require_scale(stored: StoredEmbedder) -> None:
    """Refuse a scale of features that settings do not ask for, one that is missing, or one of other columns.

    Raises:
        ConfigError: If there is a scale without the setting, or the setting without one.
        DataError: If it has not a mean and a deviation of at least 0, both finite, for each feature.
    """
    columns, scale = stored.facts["n_features_in_"], stored.scale
    if (scale is not None) != stored.params["standardize"]:
        kind = "no mean" if scale is None else "a mean"
        raise ConfigError(
            f"standardize is {stored.params['standardize']}, but there is {kind} of the features"
        )
    for values in () if scale is None else (scale.mean, scale.std):
        if values.shape[0] != columns or not bool(torch.isfinite(values).all()):
            raise DataError(f"mean and deviation of the features: {columns} finite ones each are needed")
    if scale is not None and float(scale.std.min()) < 0:
        raise DataError(f"a deviation of the features is {float(scale.std.min())}: at least 0 is needed")


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= _LARGEST


def _are_names(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(name, str) for name in value))


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


#: What ``fit`` found, by the name of the estimator's attribute: what it may be, and that in words.
_FACTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "n_features_in_": (lambda v: _is_whole(v, 1), "a whole number of at least 1"),
    "n_iter_": (lambda v: _is_whole(v, 0), "a whole number of at least 0"),
    "seconds_": (lambda v: isinstance(v, float) and 0 <= v < math.inf, "a number of at least 0"),
    "seed_": (lambda v: _is_whole(v, 0), "a whole number of at least 0"),
    "_edges_key": (_is_digest, "a SHA-256"),
    "feature_names_in_": (_are_names, "a list of names, or none,"),
}
FACTS = tuple(_FACTS)


def _require_facts(facts: Mapping[str, Any]) -> None:
    _require_names("facts", facts, FACTS)
    for name, (accepts, wanted) in _FACTS.items():
        if not accepts(facts[name]):
            raise DataError(f"{name} is {facts[name]!r}: {wanted} is needed")
    names, columns = facts["feature_names_in_"], facts["n_features_in_"]
    if names is not None and len(names) != columns:
        raise DataError(f"feature_names_in_ has {len(names)} names: n_features_in_ is {columns}")


def _require_names(what: str, table: Mapping[str, Any], names: Collection[str]) -> None:
    if strange := sorted(set(table) ^ set(names)):
        raise DataError(f"{what} {'have no' if strange[0] in names else 'have the unknown'} {strange[0]!r}")
