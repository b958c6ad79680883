"""Results as they lie in a ``results.jsonl``."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rgrl.bench.result_fault import parsed_result
from rgrl.errors import DataError

logger = logging.getLogger(__name__)

#: What a terminal would act on or a stream could not write: control characters and halves of surrogate pairs.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def read_results(path: Path, *, level: int = logging.WARNING) -> list[dict[str, Any]]:
    """Every result of a ``results.jsonl``, in its order; a line that is damaged or none is passed over.

    A control character in any text, which would reach the terminal with a label, becomes U+FFFD.

    Args:
        path: The file.
        level: At which to log how many lines were passed over, and which is the first.
    """
    found, passed_over = read_lines(path)
    if passed_over:
        logger.log(level, "%s", said_of(path, passed_over))
    return [result for _, result in found]


def read_lines(path: Path) -> tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, str]]]:
    """Every result of a ``results.jsonl`` with the number of its line, and why each other line is none.

    Raises:
        DataError: If the file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    found, passed_over = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        result, fault = parsed_result(line)
        if result is None:
            passed_over.append((number, fault))
        else:
            found.append((number, _printable(result)))
    return found, passed_over


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNPRINTABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_printable(key): _printable(each) for key, each in value.items()}
    return [_printable(each) for each in value] if isinstance(value, list) else value


def said_of(path: Path, passed_over: Sequence[tuple[int, str]]) -> str:
    """How many lines of a file were passed over, which is the first, and why."""
    number, fault = passed_over[0]
    return f"{path}: {len(passed_over)} lines are no results, the first is line {number}: {fault}"


def stored_file(path: Path) -> Path:
    """The file of results in a folder, or the file itself.

    Raises:
        DataError: If there is none.
    """
    file = path / "results.jsonl" if path.is_dir() else path
    if not file.is_file():
        raise DataError(f"{path} holds no results.jsonl: a folder of results is needed")
    return file


def result_identity(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Dataset, method, task, settings, graph and clusters of a result: what a later one replaces."""
    digest, clusters = str(result["fingerprint"]["digest"]), result.get("clusters")
    named = (result[name] for name in ("dataset", "method", "task", "config_hash"))
    return *named, digest, "" if clusters is None else str(clusters)


def is_finished(result: Mapping[str, Any]) -> bool:
    """Whether all the seeds that were asked for are in a result; not so after a run that was stopped."""
    return bool(result["seeds"] >= result.get("seeds_asked", result["seeds"]))
