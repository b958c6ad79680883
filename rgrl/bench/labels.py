"""What a comparison calls its rows and columns, so that what differs never shares a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rgrl.bench.methods import preset_of
from rgrl.errors import ConfigError


def label_of(result: Mapping[str, Any]) -> str:
    """Method of a result, with the settings in which it differs from the preset, its budget and clusters."""
    method = str(result["method"])
    told = changed_settings(result)
    if (budget := result.get("budget_minutes")) is not None:
        told.append(f"{budget:g} min")
    if (clusters := result.get("clusters")) is not None:
        told.append(f"{clusters} clusters")
    return f"{method} ({', '.join(told)})" if told else method


def changed_settings(result: Mapping[str, Any]) -> list[str]:
    """The settings in which a result differs from the package's preset, as ``name=value``."""
    try:
        preset = preset_of(str(result["method"]), result["dataset"])
    except ConfigError:  # of a method that there is no longer
        return []
    own = {} if preset is None else preset.to_dict()
    return [
        f"{name}={_plain(value)}"
        for name, value in result["config"].items()
        if name in own and name != "precision" and _plain(own[name]) != _plain(value)
    ]


def labels_of(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """A label for each; of two in one column that would have the same one, both say in what they differ."""
    labels = [label_of(result) for result in results]
    columns = columns_of(results)
    for difference in (_precision, _config_hash):
        places = Counter(zip(labels, columns, strict=True))
        twice = {label for (label, _), count in places.items() if count > 1}
        labels = [
            f"{label} [{difference(result)}]" if label in twice else label
            for label, result in zip(labels, results, strict=True)
        ]
    return labels


def columns_of(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """The dataset of each: graphs that share a name, and kinds of split, have columns of their own."""
    digests: dict[str, set[str]] = {}
    for result in results:
        digests.setdefault(result["dataset"], set()).add(_digest(result))
    return [
        result["dataset"]
        + (f" [{_digest(result)[:6]}]" if len(digests[result["dataset"]]) > 1 else "")
        + (" (public split)" if result.get("public_split") else "")
        for result in results
    ]


def _plain(value: Any) -> str:
    return str(list(value)) if isinstance(value, tuple) else str(value)


def _digest(result: Mapping[str, Any]) -> str:
    return str(result["fingerprint"]["digest"])


def _precision(result: Mapping[str, Any]) -> str:
    return str(result["config"].get("precision"))


def _config_hash(result: Mapping[str, Any]) -> str:
    return str(result["config_hash"])
