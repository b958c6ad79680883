"""An observer that also writes logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rgrl.bench.logs.seed_log import SeedLog, known_values
from rgrl.bench.observer import Moment, Observer


class LoggingObserver:
    """Passes everything on to another :class:`rgrl.bench.observer.Observer`, and values to logs.

    Args:
        observer: Shows progress.
        open_logs: Makes the logs; called at the first value, so that what has none leaves no empty log.
    """

    def __init__(self, observer: Observer, open_logs: Callable[[], Sequence[SeedLog]]) -> None:
        self._observer = observer
        self._open_logs = open_logs
        self._logs: Sequence[SeedLog] | None = None

    def note(self, text: str) -> None:
        """Show a line."""
        self._observer.note(text)

    def update(self, moment: Moment) -> None:
        """Show where the run stands, and log it if the encoder was evaluated."""
        self._observer.update(moment)
        if not moment.evaluated:
            return
        if self._logs is None:
            self._logs = self._open_logs()
        values = known_values({"loss": moment.loss, "val_mean": moment.val, "test_mean": moment.test})
        for each in self._logs:
            each.write(moment.update, values)

    def close(self, *, whole: bool) -> None:
        """Finish the logs that were opened, with whether the training came to its end."""
        for each in self._logs or ():
            each.close(whole=whole)
