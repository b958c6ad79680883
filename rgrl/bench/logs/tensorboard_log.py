"""A log as a folder of TensorBoard's events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rgrl.errors import OutputError


class TensorBoardLog:
    """A :class:`rgrl.bench.logs.seed_log.SeedLog`; needs the package tensorboard.

    Args:
        folder: Made when missing; events of an earlier training of this seed are removed.

    Raises:
        OutputError: If nothing can be written there.
    """

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        try:
            for old in folder.glob("events.out.tfevents.*"):
                old.unlink()
            self._writer = SummaryWriter(str(folder), flush_secs=10)
        except OSError as error:
            raise OutputError(f"the log {folder} cannot be written: {error.strerror}") from None

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Add a scalar for each value."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, int(update))

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
