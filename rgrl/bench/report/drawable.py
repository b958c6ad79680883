"""Results without the curves that nothing can be drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rgrl.errors import DataError
from rgrl.plot.curve_points import run_points
from rgrl.short_repr import short_repr


def drawable(result: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """A result whose runs have no curve but a sound one, and in words what was left out.

    Example:
        >>> drawable({"runs": [{"seed": 0, "curve": 3}, {"seed": "a"}]})[0]
        {'runs': [{'seed': 0}, {'seed': 'a'}]}
    """
    faults = [run_fault(run) for run in result["runs"]]
    runs = [
        run if fault is None else {name: value for name, value in run.items() if name != "curve"}
        for run, fault in zip(result["runs"], faults, strict=True)
    ]
    said = [f"no curve of run {number}: {fault}" for number, fault in enumerate(faults) if fault is not None]
    more = f"; {len(said) - 1} more of {len(runs)} runs have none" if len(said) > 1 else ""
    return {**result, "runs": runs}, said[0] + more if said else None


def run_fault(run: Mapping[str, Any]) -> str | None:
    """What keeps the curve of a run, or of a seed's record, from being drawn; ``None`` where nothing does."""
    if not is_seed(run.get("seed")):
        found = f"is {short_repr(run['seed'])}" if "seed" in run else "is missing"
        return f"its seed {found}: a whole number is needed"
    if "curve" in run:
        try:
            run_points(run["curve"], run.get("best_update"), "its curve")
        except DataError as error:
            return str(error)
    return None


def is_seed(value: Any) -> bool:
    """Whether a value is the number of a seed."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64
