"""What the commands ``data fetch``, ``data verify`` and ``data where`` do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from rgrl.bench.commands import progress_display, table_console
from rgrl.datasets import DATASETS, DatasetSpec, fetch, find_spec, verify, where
from rgrl.datasets.sources import raw_folders
from rgrl.errors import DataError, DataUnavailableError


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
        DataUnavailableError: At the end, if files of a dataset that was named are missing.
    """
    specs = _chosen(names)
    table = Table("dataset", "file", "state", "SHA-256")
    wrong: list[str] = []
    missing: list[str] = []
    for spec in specs:
        checks = verify(spec.name, root=root)
        for check in checks:
            table.add_row(spec.name, check.name, check.status, (check.found or "-")[:16])
            if check.status == "wrong":
                wrong.append(f"{check.path} has {check.found} where {check.expected} was published")
        absent = sum(check.status == "missing" for check in checks)
        if names and absent:
            folders = " and ".join(str(folder) for _, folder in raw_folders(spec, root))
            missing.append(f"{absent} of {len(checks)} raw files of '{spec.name}' are missing in {folders}")
        if names and not checks:
            table.add_row(spec.name, "-", "needs no file", "-")
    table_console().print(table)
    if wrong:
        raise DataError("; ".join([f"{len(wrong)} altered raw files: {'; '.join(wrong)}", *missing]))
    if missing:
        raise DataUnavailableError("; ".join(missing))


def locate_files(names: Sequence[str], root: Path | None) -> None:
    """Print where each file lies; what is missing, with the places it can be had from."""
    console = Console(soft_wrap=True)

    def show(*parts: str) -> None:
        console.print("  ".join(parts), highlight=False, markup=False)

    for spec in _chosen(names):
        locations = where(spec.name, root=root)
        for location in locations:
            origin = f"published at {location.url}" if location.url else "published without a lasting address"
            show(spec.name, location.name, str(location.path) if location.path else f"missing; {origin}")
        if spec.reader == "embedded":
            show(spec.name, "needs no file: it comes with an installed package")
        elif spec.mirror is not None and any(location.path is None for location in locations):
            held = ", ".join(file.name for file in spec.mirror.files)
            show(spec.name, f"mirror: {spec.mirror.requirement} on the package index has {held}")


def _chosen(names: Sequence[str]) -> list[DatasetSpec]:
    return [find_spec(name) for name in names] or list(DATASETS.values())
