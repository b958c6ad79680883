"""Progress for pipes and logs: a plain line now and then."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TextIO

from rgrl.bench.observer import Moment

_SILENCE_S = 10.0


class PlainProgress:
    """An :class:`rgrl.bench.observer.Observer` of lines, at most one in ten seconds; a context manager.

    Args:
        stream: Where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._subject: tuple[str, int] | None = None
        self._began = self._spoke = 0.0

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def note(self, text: str) -> None:
        """Write a line."""
        self._stream.write(f"{text}\n")  # whole, as other processes write here too
        self._stream.flush()

    def update(self, moment: Moment) -> None:
        """Write a line if the last one is long past, or the seed is at its end."""
        now = time.monotonic()
        if (moment.name, moment.seed) != self._subject:
            self._subject = (moment.name, moment.seed)
            self._began = self._spoke = now
            return
        if now - self._spoke < _SILENCE_S and moment.update < moment.epochs:
            return
        self._spoke = now
        left = (now - self._began) / max(moment.update, 1) * (moment.epochs - moment.update)
        loss = "" if moment.loss is None else f", loss {moment.loss:.4f}"
        val = "" if moment.val is None else f", validation {moment.val:.2f}"
        self.note(
            f"{moment.name}: seed {moment.seed + 1}/{moment.seeds}, "
            f"update {moment.update}/{moment.epochs}{loss}{val}, {left:.0f} s left"
        )

    def download(self, name: str, done: int, total: int | None) -> None:
        """Say that a download is complete; the callback that :mod:`rgrl.datasets` takes."""
        if total is not None and done >= total:
            self.note(f"fetched {name} ({done:,} bytes)")
