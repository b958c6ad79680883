"""What a search sees of a training that is under way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from rgrl.bench.observer import Moment, Observer


class TrialObserver:
    """An :class:`rgrl.bench.observer.Observer` that tells a search of validation scores, and shows the rest.

    Args:
        shown: Who shows progress.
        title: What the trial is called.
        report: Told of each update that was evaluated and its mean validation score; it ends the trial by
            raising.
    """

    def __init__(self, shown: Observer, title: str, report: Callable[[int, float], None]) -> None:
        self._shown = shown
        self._title = title
        self._report = report

    def note(self, text: str) -> None:
        """Show a line."""
        self._shown.note(text)

    def update(self, moment: Moment) -> None:
        """Show where the trial stands, and report it."""
        self._shown.update(dataclasses.replace(moment, name=self._title, seeds=moment.seed + 1))
        if moment.val is not None:
            self._report(moment.update, moment.val)
