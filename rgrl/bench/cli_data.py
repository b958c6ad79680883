"""The commands on raw files: ``data fetch``, ``verify``, ``where``."""

from __future__ import annotations

from typing import Annotated

import typer

from rgrl.bench.cli_options import Names, Root
from rgrl.bench.completion import dataset_names


def fetch(
    datasets: Annotated[
        list[str], typer.Argument(help="Names as in 'rgrl-bench list'.", autocompletion=dataset_names)
    ],
    root: Root = None,
) -> None:
    """Bring raw files to disk, from the official address or a mirror."""
    from rgrl.bench.data_commands import fetch_files

    fetch_files(datasets, root)


def verify(
    datasets: Names = None,
    root: Root = None,
) -> None:
    """Check the raw files on disk against their published SHA-256."""
    from rgrl.bench.data_commands import verify_files

    verify_files(datasets or [], root)


def where(
    datasets: Names = None,
    root: Root = None,
) -> None:
    """Say where each raw file lies, or where it can be had."""
    from rgrl.bench.data_commands import locate_files

    locate_files(datasets or [], root)
