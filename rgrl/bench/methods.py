"""What can be run: methods that the training loop trains, and those that it does not."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from rgrl.errors import ConfigError
from rgrl.presets import method_preset

#: Every method by its name on the command line, and what a table calls it.
METHODS: dict[str, str] = {
    "rgrl": "RGRL",
    "bgrl": "BGRL",
    "grace": "GRACE",
    "cca-ssg": "CCA-SSG",
    "dgi": "DGI",
    "deepwalk": "DeepWalk",
    "node2vec": "node2vec",
    "untrained": "untrained encoder",
    "raw": "raw features",
    "supervised": "supervised GCN",
}

#: RGRL on the union of a multiplex graph's relations, taken as one graph; ``rgrl`` takes each as a view.
MERGED = "rgrl-merged"

#: What stands before the name of a relation, for RGRL on that relation alone: ``rgrl:MAM``.
SINGLE = "rgrl:"

#: Settings that make a method out of another's; they cannot be changed.
FIXED: dict[str, dict[str, Any]] = {"untrained": {"epochs": 0}, "deepwalk": {"p": 1.0, "q": 1.0}}


#: Methods that run on the CPU whatever device is asked for; their results say so.
ON_CPU: tuple[str, ...] = ("raw", "supervised", "deepwalk", "node2vec")


def checked_method(name: str) -> str:
    """Return a method's name if there is one.

    Raises:
        ConfigError: If there is not; the message suggests the nearest and lists all.
    """
    key = name.strip().lower()
    if key in METHODS or key == MERGED or (key.startswith(SINGLE) and key != SINGLE):
        return key
    near = get_close_matches(key, METHODS, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ";"
    accepted = ", ".join((*METHODS, MERGED, f"{SINGLE}RELATION"))
    raise ConfigError(f"method '{name}' is unknown{hint} accepted: {accepted}")


def preset_family(method: str) -> str | None:
    """The method whose presets a method runs with; ``None`` for raw features, which have none."""
    if method == "raw":
        return None
    if method == "untrained" or method == MERGED or method.startswith(SINGLE):
        return "rgrl"
    return "node2vec" if method == "deepwalk" else method


def preset_of(method: str, dataset: str) -> Any:
    """The settings with which a method runs on a dataset; ``None`` for raw features, which have none."""
    family = preset_family(method)
    if family is None:
        return None
    return method_preset(family, dataset).replace(FIXED.get(method, {}))
