"""What is written never takes the place of what is read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rgrl.datasets import DATASETS
from rgrl.datasets.own import tables_beside
from rgrl.errors import OutputError


def require_apart(option: str, out: Path, inputs: Iterable[Path], *, what: str) -> None:
    """Refuse a file that is to be written and read both, whatever links or names lead to it.

    Args:
        option: The option that names the file.
        out: The file.
        inputs: What it must not be.
        what: What these are, for the error.

    Raises:
        OutputError: If it is one of them.
    """
    for path in inputs:
        if _is_same(out, path):
            same = "" if out == path else f" ({path})"
            raise OutputError(f"{option} {out} is {what}{same}: another name is needed")


def graph_files(name: str, features: str | None) -> list[Path]:
    """The files that a graph of the user's own is read from, its table included; none of a known dataset.

    The raw files of those have endings that no embedding has.
    """
    if name in DATASETS:
        return []
    path = Path(name)
    return [path, *([] if features is None else [Path(features)]), *tables_beside(path)]


def _is_same(first: Path, second: Path) -> bool:
    try:
        return first.resolve() == second.resolve() or first.samefile(second)
    except (OSError, RuntimeError):  # one is not there, or a link goes round; then nothing is lost
        return False
