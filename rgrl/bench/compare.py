"""The command ``compare``: stored results as one table, in four forms."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from rgrl.bench.comparison import Cell, Comparison, gather
from rgrl.errors import ConfigError
from rgrl.evaluate.significance import corrected_t_test, holm

FORMS = ("terminal", "markdown", "csv", "latex")

#: Test nodes for each training node of the paper's 10/10/80 splits.
_TEST_TRAIN_RATIO = 8.0
_LEVEL = 0.05


def compare_results(paths: Sequence[Path], *, task: str, metric: str | None, form: str) -> None:
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
        from rich.table import Table

        from rgrl.bench.commands import table_console

        table = Table(*header, caption="\n".join(notes), caption_justify="left")
        for row in rows:
            table.add_row(*row)
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
            row.append("-" if cell is None else _score(cell) + verdicts[dataset].get(label, ""))
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
    best = max(cells, key=lambda label: cells[label].mean)
    tested = [
        label
        for label, cell in cells.items()
        if label != best and len(cell.splits) == len(cells[best].splits) > 1
    ]
    p_values = []
    for label in tested:
        pairs = zip(cells[best].splits, cells[label].splits, strict=True)
        differences = [first - second for first, second in pairs]
        p_values.append(corrected_t_test(differences, test_train_ratio=_TEST_TRAIN_RATIO).p_value)
    adjusted = holm(p_values) if tested else []
    return {label: " *" for label, p in zip(tested, adjusted, strict=True) if p < _LEVEL}


def comparison_notes(comparison: Comparison) -> list[str]:
    """What a reader of the table must know."""
    cells = [cell for row in comparison.cells.values() for cell in row.values()]
    seeds = sorted({cell.seeds for cell in cells})
    budgets = sorted({cell.budget_minutes for cell in cells if cell.budget_minutes is not None})
    notes = [
        f"{comparison.task}, {comparison.metric} in %; ± unbiased deviation over splits or repetitions, "
        f"then over seeds; {' or '.join(map(str, seeds))} seeds"
    ]
    if budgets:
        notes.append(f"at most {' or '.join(f'{b:g}' for b in budgets)} minutes of training a seed")
    if any(cell.splits for cell in cells):
        notes.append("* differs from the best of its column: corrected paired t-test over splits, Holm, 5 %")
    return notes


def as_markdown(header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """A Markdown table with its notes."""
    lines = [
        f"| {' | '.join(header)} |",
        f"|{'|'.join(['---'] * len(header))}|",
        *(f"| {' | '.join(row)} |" for row in rows),
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
    special = str.maketrans({"%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#", "±": r"$\pm$", "*": r"$^*$"})
    body = [" & ".join(cell.translate(special) for cell in row) + r" \\" for row in rows]
    lines = [
        *(f"% {note}" for note in notes),
        rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}",
        r"\toprule",
        " & ".join(name.translate(special) for name in header) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _score(cell: Cell) -> str:
    deviations = "".join(f" ± {value:.2f}" for value in (cell.std, cell.std_seeds) if value is not None)
    return f"{cell.mean:.2f}{deviations}"


def _paper_rows(comparison: Comparison) -> list[list[str]]:
    rows = []
    for label, cells in comparison.cells.items():
        if not any(cell.paper is not None for cell in cells.values()):
            continue
        row = [f"{label}, published"]
        for dataset in comparison.datasets:
            cell = cells.get(dataset)
            known = cell is not None and cell.paper is not None
            row.append(f"{cell.paper:.2f} (ours {cell.mean - cell.paper:+.2f})" if known else "-")  # type: ignore[union-attr,operator]
        rows.append([*row, ""])
    return rows
