"""What a search found, as a terminal table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from rgrl.presets import Preset


def tuning_table(
    title: str,
    found: Sequence[tuple[int, float, float | None, Preset]],
    base: Preset,
    outcomes: Mapping[str, int],
) -> Table:
    """The best trials, with validation scores only.

    Args:
        title: What was tuned.
        found: Number, mean validation score, update and settings of each trial, the best first.
        base: The preset, which the first trial has; others are shown by what differs from it.
        outcomes: How many trials ended in which way.
    """
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    table = Table(
        title=Text(title),
        title_justify="left",
        caption=Text(
            f"trials: {counts}\nchosen on the validation nodes of these splits; no test score was looked at"
        ),
        caption_justify="left",
    )
    for name in ("trial", "validation", "update"):
        table.add_column(name, justify="right")
    table.add_column("settings that differ from the preset's")
    for number, val, update, preset in found:
        table.add_row(
            str(number),
            f"{val:.2f}",
            "-" if update is None else f"{update:g}",
            Text(_changed(preset, base) or "none"),
        )
    return table


def _changed(preset: Preset, base: Preset) -> str:
    before = base.to_dict()
    return ", ".join(
        f"{name}={_plain(value)}" for name, value in preset.to_dict().items() if value != before.get(name)
    )


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_plain, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
