"""What keeps a line of ``results.jsonl`` from being a result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rgrl.bench.published import PROBES
from rgrl.short_repr import short_repr

#: What every result has had since the first version of the table, and what it is.
_NEEDED: dict[str, tuple[type, str]] = {
    "schema": (int, "a whole number"),
    "dataset": (str, "a text"),
    "method": (str, "a text"),
    "task": (str, "a text"),
    "seeds": (int, "a whole number"),
    "config": (dict, "an object"),
    "config_hash": (str, "a text"),
    "fingerprint": (dict, "an object"),
    "runs": (list, "a list"),
}

#: What a comparison reads of a result of classification, and of each metric of another task.
_SCORES = ("test_mean", "test_std_splits", "test_std_seeds", "converged_test_mean", "paper_mean", "paper_gap")
_METRIC = ("mean", "std_repetitions", "std_seeds")

#: No score, size or budget comes near it; means and deviations of such numbers are still finite.
_LARGEST = 1e9
_A_NUMBER = f"a number up to {_LARGEST:g}"

#: Levels of a result that is sound are about five.
_DEEPEST = 40


def parsed_result(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """A result from its line, or ``None`` and what is wrong with it in a few words.

    Example:
        >>> parsed_result(b'{"schema": 2, "dataset": 3}')
        (None, "'dataset' is 3: a text is needed")
    """
    try:
        value = json.loads(line, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return None, f"no JSON: {error.msg} at character {error.pos + 1}"
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError as error:  # no UTF-8, not a number, or one of thousands of digits
        return None, " ".join(str(error).split())
    if _is_deep(value):
        return None, "it is nested too deeply"
    fault = _fault(value)
    return (value, "") if fault is None else (None, fault)


def _fault(value: Any) -> str | None:
    """What a comparison needs that is not there, or not of its type; ``None`` where all is."""
    if not isinstance(value, dict):
        return f"it is {short_repr(value)}: an object is needed"
    for name, (kind, what) in _NEEDED.items():
        if not isinstance(value.get(name), kind) or isinstance(value.get(name), bool):
            return _wrong(value, name, what)
    for name in ("seeds", "seeds_asked"):
        if name in value and not (_is_whole(value[name]) and value[name] >= 1):
            return _wrong(value, name, "a whole number of at least 1")
    if value.get("budget_minutes") is not None and not _is_number(value["budget_minutes"]):
        return _wrong(value, "budget_minutes", f"{_A_NUMBER} or null")
    if value.get("clusters") is not None and not _is_whole(value["clusters"]):
        return _wrong(value, "clusters", "a whole number or null")
    if "digest" not in value["fingerprint"]:
        return "'fingerprint' has no 'digest'"
    for run in value["runs"]:
        if not isinstance(run, dict):
            return f"a run is {short_repr(run)}: an object is needed"
    return _fault_of_classification(value) if value["task"] == "classification" else _fault_of_metrics(value)


def _fault_of_metrics(value: Mapping[str, Any]) -> str | None:
    metrics = value.get("metrics")
    if not isinstance(metrics, dict):
        return _wrong(value, "metrics", "an object")
    for metric, scores in metrics.items():
        if not isinstance(scores, dict):
            return f"the metric {short_repr(metric)} is {short_repr(scores)}: an object is needed"
        if (fault := _fault_of_numbers(scores, _METRIC)) is not None:
            return f"the metric {short_repr(metric)}: {fault}"
    return None


def _fault_of_classification(value: Mapping[str, Any]) -> str | None:
    if (fault := _fault_of_numbers(value, _SCORES)) is not None:
        return fault
    if value.get("paper_probe") not in (None, *PROBES):
        return _wrong(value, "paper_probe", f"one of {', '.join(PROBES)}, or null,")
    tests = [run.get("test") for run in value["runs"]]
    for scores in tests:
        if not _are_numbers(scores):
            return f"'test' of a run is {short_repr(scores)}: a list of numbers is needed"
    if len({len(scores) for scores in tests}) > 1:
        return "'test' has another length in each run"
    sizes = value.get("split_sizes")
    if sizes is not None and not (_are_numbers(sizes) and len(sizes) == 3 and min(sizes) > 0):
        return _wrong(value, "split_sizes", "a list of three numbers above 0")
    if value["converged_test_mean"] is not None:
        for run in value["runs"]:
            if not _is_number(run.get("converged_test_mean")):
                return _wrong(run, "converged_test_mean", f"{_A_NUMBER} for each run")
    return None


def _fault_of_numbers(value: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """What is no number: one stands under the first name, and a number or null under the others."""
    for name in names:
        may_be_null = name != names[0] and name in value
        if not (_is_number(value.get(name)) or (may_be_null and value[name] is None)):
            return _wrong(value, name, _A_NUMBER if name == names[0] else f"{_A_NUMBER} or null")
    return None


def _wrong(value: Mapping[str, Any], name: str, needed: str) -> str:
    found = f"is {short_repr(value[name])}" if name in value else "is missing"
    return f"'{name}' {found}: {needed} is needed"


def _are_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(map(_is_number, values))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and _is_number(value)


def _is_deep(value: Any) -> bool:
    """Whether there are more levels than anything that prints it could go down."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return bool(level)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")
