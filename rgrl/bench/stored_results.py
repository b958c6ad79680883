"""Results as they lie in a ``results.jsonl``."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

#: What every result has had since the first version of the table.
_NEEDED = ("schema", "dataset", "method", "task", "seeds", "config", "config_hash", "fingerprint", "runs")


def read_results(path: Path, *, level: int = logging.WARNING) -> list[dict[str, Any]]:
    """Every result of a ``results.jsonl``, in its order; a line that is damaged or none is passed over.

    Args:
        path: The file.
        level: At which to log how many lines were passed over, and which is the first.
    """
    found, passed_over = [], []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            result = json.loads(line)
        except ValueError:
            result = None
        if isinstance(result, dict) and all(name in result for name in _NEEDED):
            found.append(result)
        elif line.strip():
            passed_over.append(number)
    if passed_over:
        logger.log(
            level, "%s: %d lines are no results, the first is line %d", path, len(passed_over), passed_over[0]
        )
    return found


def result_identity(result: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Dataset, method, task, settings and graph of a result: what a later one replaces."""
    digest = str(result["fingerprint"]["digest"])
    return result["dataset"], result["method"], result["task"], result["config_hash"], digest


def is_finished(result: Mapping[str, Any]) -> bool:
    """Whether all the seeds that were asked for are in a result; not so after a run that was stopped."""
    return bool(result["seeds"] >= result.get("seeds_asked", result["seeds"]))
