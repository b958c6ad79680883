"""What the tests of the search share."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Quiet:
    """An observer that keeps the lines."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def update(self, moment: object) -> None: ...


def stored(folder: Path, study: str) -> list[Any]:
    """The trials in a folder, read with Optuna alone."""
    import optuna

    return optuna.load_study(study_name=study, storage=f"sqlite:///{folder / 'tune.sqlite3'}").trials
