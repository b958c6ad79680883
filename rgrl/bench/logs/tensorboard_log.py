"""A log as a folder of TensorBoard's events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rgrl.bench.logs.seed_log import COLUMNS, Row
from rgrl.errors import OutputError

_EVENTS = "events.out.tfevents.*"


class TensorBoardLog:
    """A :class:`rgrl.bench.logs.seed_log.SeedLog`; needs the package tensorboard.

    Args:
        folder: Made when missing; events of an earlier training of this seed are removed.

    Raises:
        OutputError: If nothing can be written there, at any time.
    """

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._folder = folder
        try:
            for old in folder.glob(_EVENTS):
                old.unlink()
            self._writer = SummaryWriter(str(folder), flush_secs=10)
        except OSError as error:
            raise self._refused(error) from None

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Add a scalar for each value."""
        try:
            for name, value in values.items():
                self._writer.add_scalar(name, value, int(update))
        except OSError as error:  # of its thread, which writes later
            raise self._refused(error) from None

    def close(self, *, whole: bool) -> None:
        """Write what is left."""
        try:
            self._writer.close()
        except OSError as error:
            raise self._refused(error) from None

    def _refused(self, error: OSError) -> OutputError:
        return OutputError(f"the log {self._folder} cannot be written: {error.strerror}")


def has_events(folder: Path) -> bool:
    """Whether a training was logged in a folder, to its end or not."""
    return any(folder.glob(_EVENTS))


def events_are_whole(folder: Path, rows: Sequence[Row]) -> bool:
    """Whether the events of a folder are those of these rows."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    known = events.Tags()["scalars"]
    return all(
        [(event.step, event.value) for event in (events.Scalars(name) if name in known else ())]
        == [(int(update), float(np.float32(values[name]))) for update, values in rows if name in values]
        for name in COLUMNS
    )


def write_events(folder: Path, rows: Sequence[Row]) -> None:
    """Write a whole log.

    Raises:
        OutputError: If it cannot be written.
    """
    log = TensorBoardLog(folder)
    for update, values in rows:
        log.write(update, values)
    log.close(whole=True)
