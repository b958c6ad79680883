"""The command ``compare``: stored results as one table, in four forms."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rgrl.bench.cell import Cell
from rgrl.bench.compare_csv import as_csv
from rgrl.bench.comparison import Comparison, gather
from rgrl.bench.paired_test import LEVEL, adjusted_p_values
from rgrl.bench.published import PROBE_TITLES
from rgrl.errors import ConfigError

FORMS = ("terminal", "markdown", "csv", "latex")

#: Characters of a line of notes below a LaTeX table that is narrower.
_NARROWEST_NOTE = 50

_LATEX = str.maketrans(
    {sign: f"\\{sign}" for sign in "%_&#${}"}
    | {"±": r"$\pm$", "*": r"$^*$", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"\\": r"\textbackslash{}", "[": "{[}", "]": "{]}"}
)


def compare_results(paths: Sequence[Path], *, task: str | None, metric: str | None, form: str) -> None:
    """Print the comparison.

    Raises:
        ConfigError: If the form or the metric is unknown.
        DataError: If there is nothing to compare.
    """
    if form not in FORMS:
        raise ConfigError(f"--format is '{form}': accepted are {', '.join(FORMS)}")
    comparison = gather(paths, task=task, metric=metric)
    if form == "csv":
        print(as_csv(comparison), end="")
        return
    header, rows = comparison_rows(comparison)
    notes = comparison_notes(comparison)
    if form == "terminal":
        from rich.markup import escape
        from rich.table import Table
        from rich.text import Text

        from rgrl.bench.commands import table_console

        table = Table(*map(escape, header), caption=Text("\n".join(notes)), caption_justify="left")
        for row in rows:
            table.add_row(*map(escape, row))  # a label may have brackets, which would be markup
        table_console().print(table)
    else:
        print({"markdown": as_markdown, "latex": as_latex}[form](header, rows, notes), end="")


def comparison_rows(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Header and rows: a method's score, deviations and verdict on each dataset, and its mean rank."""
    verdicts = {dataset: paired_verdicts(comparison, dataset) for dataset in comparison.datasets}
    rows = []
    for label, cells in comparison.cells.items():
        row = [label]
        for dataset in comparison.datasets:
            cell = cells.get(dataset)
            row.append("-" if cell is None else score_text(cell) + verdicts[dataset].get(label, ""))
        rows.append([*row, f"{comparison.rank(label):.1f}"])
    if any(cell.paper is not None for cells in comparison.cells.values() for cell in cells.values()):
        rows += _paper_rows(comparison)
    return ["method", *comparison.datasets, "rank"], rows


def paired_verdicts(comparison: Comparison, dataset: str) -> dict[str, str]:
    """For each method that differs from the best of a dataset beyond chance: a mark behind its score."""
    return {label: " *" for label, p in adjusted_p_values(comparison, dataset).items() if p < LEVEL}


def comparison_notes(comparison: Comparison) -> list[str]:
    """What a reader of the table must know."""
    cells = [cell for row in comparison.cells.values() for cell in row.values()]
    seeds = sorted({cell.seeds for cell in cells})
    notes = [
        f"{comparison.task}, {comparison.metric} in %{', less is better' * comparison.less_is_better}; "
        "± unbiased deviation over splits or repetitions, then over seeds; "
        f"{' or '.join(map(str, seeds))} seed{'' if seeds == [1] else 's'}"
    ]
    if any(cell.splits for cell in cells):
        notes.append(
            "* differs from the best of its column: corrected paired t-test over splits, Holm, 5 %; "
            "without it a difference may be there all the same, which splits that share nodes cannot show"
        )
    if old := sum(cell.other_rules for cell in cells):
        notes.append(f"{old} of {len(cells)} results were made under other rules (another schema)")
    if len(cells) < len(comparison.cells) * len(comparison.datasets):
        notes.append("rank: mean over the datasets that a method was run on, among those that were run there")
    notes += [
        f"{label} on {dataset}: stopped after {cell.seeds} of {cell.seeds_asked} seeds"
        for label, row in comparison.cells.items()
        for dataset, cell in row.items()
        if cell.seeds < cell.seeds_asked
    ]
    return notes


def as_markdown(header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """A Markdown table with its notes."""
    lines = [
        _markdown_row(header),
        f"|{'|'.join(['---'] * len(header))}|",
        *map(_markdown_row, rows),
        "",
        *(f"{note}." for note in notes),
    ]
    return "\n".join(lines) + "\n"


def as_latex(header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """A LaTeX ``tabular`` for the package booktabs, notes in rows of its own that do not widen it."""
    width = max(sum(len(cell) + 2 for cell in row) for row in [header, *rows])
    said = [line for note in notes for line in textwrap.wrap(note, max(width, _NARROWEST_NOTE))]
    lines = [
        r"% needs \usepackage{booktabs}",
        rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}",
        r"\toprule",
        _latex_row(header),
        r"\midrule",
        *map(_latex_row, rows),
        r"\bottomrule",
        *(
            rf"\multicolumn{{{len(header)}}}{{l}}{{\footnotesize {line.translate(_LATEX)}}} \\"
            for line in said
        ),
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def score_text(cell: Cell) -> str:
    """Mean and deviations of a cell."""
    deviations = "".join(f" ± {value:.2f}" for value in (cell.std, cell.std_seeds) if value is not None)
    return f"{cell.mean:.2f}{deviations}"


def _paper_rows(comparison: Comparison) -> list[list[str]]:
    rows = []
    for label, cells in comparison.cells.items():
        texts = [published_text(cells.get(dataset), comparison.metric) for dataset in comparison.datasets]
        if any(texts):
            rows.append([f"{label}, published", *(text or "-" for text in texts), ""])
    return rows


def published_text(cell: Cell | None, metric: str) -> str:
    """The published number and the gap; a gap by another probe than the table's says by which.

    Empty where nothing is published, as of settings that are not the package's preset. A budget changes no
    setting: the gap then says what it has left to do.
    """
    if cell is None or cell.paper is None:
        return ""
    if cell.paper_gap is None:
        return f"{cell.paper:.2f}"
    same = (cell.paper_probe, metric) == ("paper", "accuracy")
    by = "" if same else f", {PROBE_TITLES[cell.paper_probe]}"
    return f"{cell.paper:.2f} (ours {cell.paper_gap:+.2f}{by})"


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(cell.translate(_LATEX) for cell in cells) + r" \\"
