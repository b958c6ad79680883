"""Results as they lie in a ``results.jsonl``."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rgrl.bench.published import PROBES
from rgrl.errors import DataError

logger = logging.getLogger(__name__)

#: What every result has had since the first version of the table.
_NEEDED: dict[str, type] = {
    "schema": int,
    "dataset": str,
    "method": str,
    "task": str,
    "seeds": int,
    "config": dict,
    "config_hash": str,
    "fingerprint": dict,
    "runs": list,
}

#: What a comparison reads of a result of classification, and of each metric of another task.
_SCORES = ("test_mean", "test_std_splits", "test_std_seeds", "converged_test_mean", "paper_mean", "paper_gap")
_METRIC = ("mean", "std_repetitions", "std_seeds")


def read_results(path: Path, *, level: int = logging.WARNING) -> list[dict[str, Any]]:
    """Every result of a ``results.jsonl``, in its order; a line that is damaged or none is passed over.

    Args:
        path: The file.
        level: At which to log how many lines were passed over, and which is the first.
    """
    found, passed_over = read_lines(path)
    if passed_over:
        logger.log(level, "%s", said_of(path, passed_over))
    return found


def read_lines(path: Path) -> tuple[list[dict[str, Any]], list[int]]:
    """Every result of a ``results.jsonl``, and the numbers of the lines that are none.

    Raises:
        DataError: If the file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    found, passed_over = [], []
    for number, line in enumerate(lines, start=1):
        try:
            result = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError):
            result = None
        if _is_result(result):
            found.append(result)
        elif line.strip():
            passed_over.append(number)
    return found, passed_over


def said_of(path: Path, passed_over: Sequence[int]) -> str:
    """How many lines of a file were passed over, and which is the first."""
    return f"{path}: {len(passed_over)} lines are no results, the first is line {passed_over[0]}"


def stored_file(path: Path) -> Path:
    """The file of results in a folder, or the file itself.

    Raises:
        DataError: If there is none.
    """
    file = path / "results.jsonl" if path.is_dir() else path
    if not file.is_file():
        raise DataError(f"{path} holds no results.jsonl: a folder of results is needed")
    return file


def result_identity(result: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Dataset, method, task, settings and graph of a result: what a later one replaces."""
    digest = str(result["fingerprint"]["digest"])
    return result["dataset"], result["method"], result["task"], result["config_hash"], digest


def is_finished(result: Mapping[str, Any]) -> bool:
    """Whether all the seeds that were asked for are in a result; not so after a run that was stopped."""
    return bool(result["seeds"] >= result.get("seeds_asked", result["seeds"]))


def _is_result(value: Any) -> bool:
    """Whether all that a comparison reads is there, and of its type."""
    if not isinstance(value, dict):
        return False
    if not all(isinstance(value.get(name), kind) for name, kind in _NEEDED.items()):
        return False
    asked, budget = value.get("seeds_asked", 0), value.get("budget_minutes")
    if not isinstance(asked, int) or not isinstance(budget, int | float | None):
        return False
    if "digest" not in value["fingerprint"] or not all(isinstance(run, dict) for run in value["runs"]):
        return False
    if value["task"] == "classification":
        return _is_classification(value)
    metrics = value.get("metrics")
    return isinstance(metrics, dict) and all(_has_numbers(scores, _METRIC) for scores in metrics.values())


def _is_classification(value: Mapping[str, Any]) -> bool:
    if not _has_numbers(value, _SCORES) or value.get("paper_probe") not in (None, *PROBES):
        return False
    tests = [run.get("test") for run in value["runs"]]
    if not all(_are_numbers(scores) for scores in tests) or len({len(scores) for scores in tests}) > 1:
        return False
    sizes = value.get("split_sizes")
    if sizes is not None and not (_are_numbers(sizes) and len(sizes) == 3):
        return False
    converged = [run.get("converged_test_mean") for run in value["runs"]]
    return value["converged_test_mean"] is None or _are_numbers(converged)


def _has_numbers(value: Any, names: Sequence[str]) -> bool:
    """Whether a number stands under the first name, and a number or ``None`` under the others."""
    return (
        isinstance(value, dict)
        and isinstance(value.get(names[0]), int | float)
        and all(name in value and isinstance(value[name], int | float | None) for name in names)
    )


def _are_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, int | float) for value in values)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")
