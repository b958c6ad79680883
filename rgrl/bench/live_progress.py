"""Progress on a terminal: one live line with loss and time left."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from rgrl.bench.observer import Moment


class LiveProgress:
    """An :class:`rgrl.bench.observer.Observer` for terminals; a context manager.

    Args:
        console: Where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            # Results belong to standard output, wherever that leads; rich would draw them on this console.
            redirect_stdout=False,
            redirect_stderr=True,
        )
        self._task: TaskID | None = None
        self._subject: tuple[str, int] | None = None
        self._downloads: dict[str, TaskID] = {}

    def __enter__(self) -> LiveProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def update(self, moment: Moment) -> None:
        """Move the bar; a new seed begins a new one."""
        subject = (moment.name, moment.seed)
        if subject != self._subject:
            if self._task is not None:
                self._progress.remove_task(self._task)
            description = f"{moment.name} seed {moment.seed + 1}/{moment.seeds}"
            self._task = self._progress.add_task(description, total=moment.epochs, figures="")
            self._subject = subject
        assert self._task is not None
        loss = "" if moment.loss is None else f"loss {moment.loss:.4f} "
        val = "" if moment.val is None else f"val {moment.val:.2f}"
        self._progress.update(self._task, completed=moment.update, figures=loss + val)

    def download(self, name: str, done: int, total: int | None) -> None:
        """Show a download; the callback that :mod:`rgrl.datasets` takes."""
        if name not in self._downloads:
            self._downloads[name] = self._progress.add_task(name, total=total, figures="bytes")
        self._progress.update(self._downloads[name], completed=done, total=total)
        if total is not None and done >= total:
            self._progress.remove_task(self._downloads.pop(name))
