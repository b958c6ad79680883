"""What the commands ``data fetch``, ``data verify`` and ``data where`` do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rgrl.bench.commands import progress_display, table_console
from rgrl.datasets import DATASETS, fetch, find_spec, verify, where
from rgrl.errors import DataError


def fetch_files(names: Sequence[str], root: Path | None) -> None:
    """Fetch the raw files of each dataset and print where they lie."""
    specs = [find_spec(name) for name in names]
    with progress_display() as progress:
        for spec in specs:
            fetch(spec.name, root=root, progress=progress.download)
    locate_files([spec.name for spec in specs], root)


def verify_files(names: Sequence[str], root: Path | None) -> None:
    """Print each file's digest against the published one.

    Raises:
        DataError: At the end, if a file has the wrong digest.
    """
    table = Table("dataset", "file", "state", "SHA-256")
    wrong: list[str] = []
    for name in _chosen(names):
        for check in verify(name, root=root):
            table.add_row(name, check.name, check.status, (check.found or "-")[:16])
            if check.status == "wrong":
                wrong.append(f"{check.path} has {check.found} where {check.expected} was published")
    table_console().print(table)
    if wrong:
        raise DataError(f"{len(wrong)} altered raw files: {'; '.join(wrong)}")


def locate_files(names: Sequence[str], root: Path | None) -> None:
    """Print where each file lies; one that is missing, with the address it can be had from."""
    console = Console(soft_wrap=True)
    for name in _chosen(names):
        for location in where(name, root=root):
            place = str(location.path) if location.path else f"missing; published at {location.url}"
            console.print(f"{name}  {location.name}  {place}", highlight=False, markup=False)


def _chosen(names: Sequence[str]) -> list[str]:
    return [find_spec(name).name for name in names] or [name for name, spec in DATASETS.items() if spec.files]
