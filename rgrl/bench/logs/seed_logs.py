"""The logs of the seeds of a run."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rgrl.bench.logs.csv_log import CSVLog, csv_is_whole, write_csv
from rgrl.bench.logs.logging_observer import LoggingObserver
from rgrl.bench.logs.seed_log import Row, SeedLog, logged_rows
from rgrl.bench.logs.tensorboard_log import TensorBoardLog, events_are_whole, has_events, write_events
from rgrl.bench.logs.wandb_log import WandbLog
from rgrl.bench.observer import Observer
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.errors import OutputError


class SeedLogs:
    """Writes the logs of seeds while they are trained, and holds them against the seeds' records afterwards.

    A log on disk is whole where it holds what the record does. One that an interruption cut short is written
    anew from the record of the training that came to its end, whether that was asked to be logged or not.

    Args:
        kinds: Of :data:`rgrl.bench.logs.log_kinds.LOGS`; what is asked for.
    """

    def __init__(self, kinds: Sequence[str] = ()) -> None:
        self._kinds = tuple(kinds)
        self._sent: set[tuple[RunKey, int]] = set()
        self._told: set[str] = set()

    @contextmanager
    def watching(
        self, observer: Observer, key: RunKey, seed: int, folder: ResultFolder
    ) -> Iterator[Observer]:
        """Give the observer to watch the training of a seed with; it also writes the logs.

        Args:
            observer: Shows progress; given back as it is where no log is asked for.
            key: What is run.
            seed: The seed.
            folder: Of results; logs lie in its ``logs``.

        Raises:
            OutputError: While it is watched, if a log cannot be written.
        """
        if not self._kinds:
            yield observer
            return
        watching = LoggingObserver(
            observer, lambda: [_opened(kind, key, seed, folder.path) for kind in self._kinds]
        )
        try:
            yield watching
        except BaseException:
            with suppress(OutputError):  # what stopped the training is what ends it
                watching.close(whole=False)
            raise
        watching.close(whole=True)
        self._sent.add((key, seed))

    def complete(
        self, record: Mapping[str, Any], key: RunKey, seed: int, folder: ResultFolder, observer: Observer
    ) -> None:
        """See to it that the logs of a finished seed are those of its record, and say what has none.

        Args:
            record: Of the seed.
            key: What is run.
            seed: The seed, which the caller has claimed.
            folder: Of results.
            observer: Told what is written, and what is not there to be written.

        Raises:
            OutputError: If a log cannot be written.
        """
        rows, name = logged_rows(record), f"{key}: seed {seed}"
        if not rows:
            if self._kinds:
                self._tell(observer, f"{name} has no log, for it has no curve")
            return
        for kind in ("csv", "tensorboard"):
            path = _path(kind, key, seed, folder.path)
            if self._lacks(kind, path, rows):
                (write_csv if kind == "csv" else write_events)(path, rows)
                observer.note(f"{name}: {path} written from its record")
        if "wandb" in self._kinds and (key, seed) not in self._sent:
            self._tell(observer, f"{name} was trained before: not sent to W&B (--again trains it anew)")

    def complete_stored(self, key: RunKey, seeds: int, folder: ResultFolder, observer: Observer) -> None:
        """The same of the seeds of a result that is stored, where logs are asked for.

        Raises:
            OutputError: If a log cannot be written.
        """
        for seed in range(seeds if self._kinds else 0):
            with folder.claimed(key, seed):
                record = folder.record(key, seed, level=logging.DEBUG)  # nothing is trained here
                if record is not None:
                    self.complete(record, key, seed, folder, observer)
                    continue
                paths = [_path(kind, key, seed, folder.path) for kind in self._kinds]
                if not all(path.exists() for path in paths):
                    reason = "its result is stored and its record is not (--again trains it anew)"
                    self._tell(observer, f"{key}: seed {seed} has no log: {reason}")

    def _lacks(self, kind: str, path: Path, rows: Sequence[Row]) -> bool:
        """Whether a log is to be written: one that is asked for and missing, or one that is cut short."""
        if not (path.exists() if kind == "csv" else has_events(path)):
            return kind in self._kinds
        if kind == "csv":
            return not csv_is_whole(path, rows)
        return find_spec("tensorboard") is not None and not events_are_whole(path, rows)

    def _tell(self, observer: Observer, text: str) -> None:
        """Say something once, although several tasks share a training."""
        if text not in self._told:
            self._told.add(text)
            observer.note(text)


def _opened(kind: str, key: RunKey, seed: int, folder: Path) -> SeedLog:
    path = _path(kind, key, seed, folder)
    if kind == "csv":
        return CSVLog(path)
    if kind == "tensorboard":
        return TensorBoardLog(path)
    return WandbLog(path.name, key.preset.to_dict() if key.preset else {}, path.parent)


def _path(kind: str, key: RunKey, seed: int, folder: Path) -> Path:
    stem = key.file_stem(seed)
    return folder / "logs" / (f"{stem}.csv" if kind == "csv" else stem)
