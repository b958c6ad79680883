"""What the results of a page were trained as: several tasks may share one training."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rgrl.bench.labels import columns_of, labels_of
from rgrl.bench.report.drawable import is_seed, run_fault
from rgrl.bench.run_key import file_stem
from rgrl.errors import DataError
from rgrl.short_repr import short_repr


@dataclass(frozen=True)
class Training:
    """Results that share their seeds' trainings.

    Attributes:
        label: Method, with the settings in which it differs from the package's preset.
        column: Dataset, as tables call it.
        regime: ``"full"``, ``"link"`` or ``"image"``, as :class:`rgrl.bench.run_key.RunKey` has it.
        results: One of each task.
    """

    label: str
    column: str
    regime: str
    results: tuple[Mapping[str, Any], ...]

    def __str__(self) -> str:
        return f"{self.label} on {self.column}" + (", trained for links" if self.regime == "link" else "")

    @property
    def digest(self) -> str:
        """Digest of the graph or the images."""
        return str(self.results[0]["fingerprint"]["digest"])

    @property
    def seeds(self) -> list[int]:
        """The seeds that any result has."""
        found = (run.get("seed") for result in self.results for run in result["runs"])
        return sorted({seed for seed in found if is_seed(seed)})

    def file(self, folders: Sequence[Path], kind: str, seed: int, ending: str) -> Path | None:
        """Where a seed's ``seeds`` or ``embeddings`` file is, in the first folder that has it."""
        first = self.results[0]
        stem = file_stem(
            first["dataset"], self.digest, first["method"], first["config_hash"], self.regime, seed
        )
        name = f"{stem}.{ending}"
        if "/" in name or "\0" in name:  # no name that a run gives; it would lead elsewhere
            return None
        try:
            return next((path for folder in folders if (path := folder / kind / name).is_file()), None)
        except (OSError, ValueError):  # of a name that no file can have, such as one of 300 letters
            return None

    def record(self, folders: Sequence[Path], seed: int) -> Mapping[str, Any] | None:
        """What holds the curve of a seed: the run in a result, else the record on disk; ``None`` without one.

        Raises:
            DataError: If the record is damaged.
        """
        runs = [run for result in self.results for run in result["runs"] if run.get("seed") == seed]
        if (stored := next((run for run in reversed(runs) if "curve" in run), None)) is not None:
            return stored
        path = self.file(folders, "seeds", seed, "json")
        record = None if path is None else _read(path, seed)
        whole = record is not None and record.get("digest") == self.digest and "curve" in record
        return record if whole else None


def trainings_of(results: Sequence[Mapping[str, Any]]) -> list[Training]:
    """The trainings of results, in the order in which these are."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for result in results:
        key = (
            *(result[name] for name in ("dataset", "method", "config_hash")),
            str(result["fingerprint"]["digest"]),
            _regime(result),
        )
        groups.setdefault(key, []).append(result)
    named: dict[tuple[str, ...], tuple[str, str]] = {}
    for regime in ("full", "link", "image"):  # in each, names are told apart
        keys = [key for key in groups if key[-1] == regime]
        firsts = [{**groups[key][0], "clusters": None} for key in keys]  # of the evaluation alone
        named |= dict(zip(keys, zip(labels_of(firsts), columns_of(firsts), strict=True), strict=True))
    return [Training(*named[key], key[-1], tuple(group)) for key, group in groups.items()]


def _regime(result: Mapping[str, Any]) -> str:
    if "train_images" in result["fingerprint"]:
        return "image"
    return "link" if result["task"] == "link" else "full"


def _read(path: Path, seed: int) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: no curve of seed {seed}: it cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise DataError(f"{path}: no curve of seed {seed}: it is damaged or cut short") from None
    fault = run_fault(record) if isinstance(record, dict) else f"it is {short_repr(record)}"
    if fault is not None:
        raise DataError(f"{path}: no curve of seed {seed}: {fault}")
    return record
