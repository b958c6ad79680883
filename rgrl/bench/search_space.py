"""What ``rgrl-bench tune`` searches: for each method its settings and their bounds.

Widths (``layers``, ``dimensions``) are no part of it: they decide what a run costs and what the probe sees,
so that a wider embedding would win by being wider. Updates are none either: a run is evaluated on its way,
and its best update counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rgrl.bench.methods import FIXED, METHODS, checked_method, preset_family
from rgrl.bench.search_range import SearchRange
from rgrl.errors import ConfigError
from rgrl.presets import Preset

#: What a setting may become: a number of a range, or one of some values.
Bounds = SearchRange | tuple[Any, ...]

_OPTIMISER: dict[str, Bounds] = {
    "learning_rate": SearchRange(low=1e-4, high=1e-2, log=True),
    "weight_decay": (0.0, 1e-5, 1e-4, 1e-3),
}
_NORM: dict[str, Bounds] = {"norm": ("none", "batch", "layer")}
# Each of the two views has a rate of its own.
_VIEWS: dict[str, Bounds] = {
    "feature_mask": SearchRange(low=0.0, high=0.7),
    "edge_drop": SearchRange(low=0.0, high=0.7),
}
_WALKS: dict[str, Bounds] = {
    "walk_length": SearchRange(low=10, high=80, whole=True),
    "walks_per_node": SearchRange(low=5, high=20, whole=True),
    "window": SearchRange(low=2, high=15, whole=True),
    "p": SearchRange(low=0.25, high=4.0, log=True),
    "q": SearchRange(low=0.25, high=4.0, log=True),
    "negatives": SearchRange(low=2, high=10, whole=True),
    "skipgram_epochs": SearchRange(low=1, high=5, whole=True),
}

#: By the method whose settings they are. A preset that lies outside widens the bounds.
SEARCH_SPACES: Mapping[str, Mapping[str, Bounds]] = {
    "rgrl": {
        **_OPTIMISER,
        "norm": ("frozen", "batch", "layer"),
        **_VIEWS,
        "momentum": SearchRange(low=0.9, high=0.999),
        "num_anchors": SearchRange(low=32, high=2048, log=True, whole=True),
        "alpha": SearchRange(low=0.5, high=1.0),
        "beta": SearchRange(low=0.0, high=0.5),
        "student_temperature": SearchRange(low=0.05, high=1.0, log=True),
        "teacher_temperature": SearchRange(low=0.005, high=0.5, log=True),
        "num_local_anchors": SearchRange(low=1, high=16, whole=True),
        "local_student_temperature": SearchRange(low=0.05, high=1.0, log=True),
        "local_teacher_temperature": SearchRange(low=0.01, high=2.0, log=True),
        "local_weight": SearchRange(low=0.1, high=10.0, log=True),
    },
    "bgrl": {**_OPTIMISER, **_NORM, **_VIEWS, "momentum": SearchRange(low=0.9, high=0.999)},
    "grace": {**_OPTIMISER, **_NORM, **_VIEWS, "temperature": SearchRange(low=0.1, high=1.0, log=True)},
    "cca-ssg": {
        **_OPTIMISER,
        **_NORM,
        **_VIEWS,
        "decorrelation": SearchRange(low=1e-5, high=1e-2, log=True),
    },
    "dgi": {**_OPTIMISER, **_NORM},
    "node2vec": _WALKS,
    "supervised": {
        "learning_rate": SearchRange(low=1e-3, high=1e-1, log=True),
        "weight_decay": (0.0, 5e-5, 5e-4, 5e-3),
        "hidden": (16, 32, 64, 128, 256),
        "dropout": SearchRange(low=0.0, high=0.8),
    },
}

_AT_MOST_THE_NODES = ("num_anchors", "num_local_anchors")

#: Significant digits of what is drawn, so that a preset can be read.
_DIGITS = 4


def tunable_method(name: str) -> str:
    """Return a method's name if it has something to search.

    Raises:
        ConfigError: If it is unknown, or has no settings of its own.
    """
    method = checked_method(name)
    if method in ("raw", "untrained"):
        accepted = ", ".join(each for each in METHODS if each not in ("raw", "untrained"))
        raise ConfigError(f"the method '{method}' has nothing to tune: accepted are {accepted}")
    return method


def with_anchors_of(preset: Any, num_nodes: int) -> Any:
    """A preset with as many anchors as are used: where there are more of them than nodes, every node is one.

    Example:
        >>> from rgrl.presets import load_preset
        >>> with_anchors_of(load_preset("rgrl-cora"), 34).num_anchors
        34
    """
    own = preset.to_dict()
    return preset.replace(
        {name: num_nodes for name in _AT_MOST_THE_NODES if name in own and own[name] > num_nodes}
    )


def search_space(method: str, preset: Preset, *, num_nodes: int) -> dict[str, Bounds]:
    """Bounds of each number that is searched, wide enough to hold the preset's own.

    There are no more anchors than nodes, unless the preset has: see :func:`with_anchors_of`.

    A pair of rates is two of them, ``edge_drop.1`` and ``edge_drop.2``. What a preset switches off, by a 0
    where the range is logarithmic, stays off.

    Example:
        >>> from rgrl.presets import load_preset
        >>> search_space("dgi", load_preset("dgi-cora"), num_nodes=2708)["learning_rate"]
        SearchRange(low=0.0001, high=0.01, log=True, whole=False)
    """
    family = preset_family(method)
    assert family is not None
    own = _flat(preset)
    space: dict[str, Bounds] = {}
    for setting, bounds in SEARCH_SPACES[family].items():
        if setting in FIXED.get(method, {}):
            continue
        if setting in _AT_MOST_THE_NODES and isinstance(bounds, SearchRange):
            bounds = bounds.up_to(num_nodes)
        for name in own.keys() & {setting, f"{setting}.1", f"{setting}.2"}:
            if isinstance(bounds, tuple):
                space[name] = bounds if own[name] in bounds else (*bounds, own[name])
            elif bounds.takes(own[name]):
                space[name] = bounds.widened(own[name])
    return dict(sorted(space.items()))


def values_of(preset: Preset, space: Mapping[str, Bounds]) -> dict[str, Any]:
    """What a preset has where a space searches."""
    own = _flat(preset)
    return {name: own[name] for name in space}


def with_values(preset: Any, values: Mapping[str, Any]) -> Any:
    """A preset with what a trial drew; numbers that were drawn are rounded to four digits."""
    own = _flat(preset)
    changes: dict[str, Any] = {}
    for name, drawn in values.items():
        value = float(f"{drawn:.{_DIGITS}g}") if isinstance(drawn, float) and drawn != own[name] else drawn
        setting, dot, place = name.partition(".")
        if dot:
            pair = list(changes.get(setting, getattr(preset, setting)))
            pair[int(place) - 1] = value
            changes[setting] = tuple(pair)
        else:
            changes[setting] = value
    return preset.replace(changes)


def _flat(preset: Preset) -> dict[str, Any]:
    """Settings by name, pairs of rates apart."""
    flat: dict[str, Any] = {}
    for name, value in preset.to_dict().items():
        if name in _VIEWS:
            flat |= {f"{name}.{place}": part for place, part in enumerate(value, start=1)}
        else:
            flat[name] = value
    return flat
