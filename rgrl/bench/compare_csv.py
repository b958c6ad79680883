"""A comparison as comma-separated values, a number a column."""

from __future__ import annotations

import csv
import io

from rgrl.bench.comparison import Comparison
from rgrl.bench.paired_test import LEVEL, adjusted_p_values

COLUMNS = (
    *("method", "dataset", "task", "metric", "mean", "std_splits", "std_seeds", "seeds", "seeds_asked"),
    *("rank", "differs", "p_value", "updates", "budget_minutes"),
    *("published", "published_gap", "published_probe"),
)


def as_csv(comparison: Comparison) -> str:
    """A line for each method and dataset; ``docs/results.md`` describes the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    p_values = {dataset: adjusted_p_values(comparison, dataset) for dataset in comparison.datasets}
    for label, cells in comparison.cells.items():
        for dataset in comparison.datasets:
            if (cell := cells.get(dataset)) is None:
                continue
            p = p_values[dataset].get(label)
            differs = "" if p is None else str(p < LEVEL).lower()
            published = (cell.paper, cell.paper_gap, cell.paper_probe)
            writer.writerow(
                [
                    *(label, dataset, comparison.task, comparison.metric),
                    *(cell.mean, cell.std, cell.std_seeds, cell.seeds, cell.seeds_asked),
                    *(comparison.rank(label), differs, p, cell.updates, cell.budget_minutes),
                    *(published if cell.paper is not None else (None, None, None)),
                ]
            )
    return text.getvalue()
