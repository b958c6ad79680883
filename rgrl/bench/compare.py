"""The command ``compare``: stored results as one table, in four forms."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from rgrl.bench.cell import Cell
from rgrl.bench.comparison import Comparison, gather
from rgrl.bench.published import PROBE_TITLES
from rgrl.errors import ConfigError
from rgrl.evaluate.significance import corrected_t_test, holm

FORMS = ("terminal", "markdown", "csv", "latex")

_LEVEL = 0.05

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
        print({"markdown": as_markdown, "csv": as_csv, "latex": as_latex}[form](header, rows, notes), end="")


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
    """For each method that differs from the best of a dataset beyond chance: a mark behind its score.

    Nadeau and Bengio's corrected t-test over the splits, which are shared by all methods, with Holm's
    correction over the methods.
    """
    cells = {label: row[dataset] for label, row in comparison.cells.items() if dataset in row}
    best = comparison.best(dataset)
    tested = [
        label
        for label, cell in cells.items()
        if label != best and len(cell.splits) == len(cells[best].splits) > 1
    ]
    train_size, _, test_size = cells[best].split_sizes
    p_values = []
    for label in tested:
        pairs = zip(cells[best].splits, cells[label].splits, strict=True)
        differences = [first - second for first, second in pairs]
        p_values.append(corrected_t_test(differences, train_size=train_size, test_size=test_size)[1])
    adjusted = holm(p_values) if tested else ()
    return {label: " *" for label, p in zip(tested, adjusted, strict=True) if p < _LEVEL}


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
        notes.append("* differs from the best of its column: corrected paired t-test over splits, Holm, 5 %")
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


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """Comma-separated values, notes left out."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


def as_latex(header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """A LaTeX ``tabular`` for the package booktabs, notes as comments."""
    body = [" & ".join(cell.translate(_LATEX) for cell in row) + r" \\" for row in rows]
    lines = [
        *(f"% {note}" for note in notes),
        rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}",
        r"\toprule",
        " & ".join(name.translate(_LATEX) for name in header) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
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
