"""A result of link prediction as a terminal table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from rgrl.bench.table_parts import counted, result_caption

#: Columns in their order, and what they are called.
_METRICS = {
    "auc": "AUC",
    "ap": "AP",
    "mrr": "MRR",
    "hits@10": "Hits@10",
    "hits@50": "Hits@50",
    "hits@100": "Hits@100",
}


def link_table(result: Mapping[str, Any]) -> Table:
    """The test scores of each kind of negatives and scorer, a row each; all else is in the JSON."""
    metrics, seeds = result["metrics"], result["seeds"]
    parts = [name.split("/") for name in metrics if name.count("/") == 2 and not name.startswith("val/")]
    rows = list(dict.fromkeys((kind, scorer) for kind, scorer, _ in parts))
    shown = [metric for metric in _METRICS if any(metric == part[2] for part in parts)]
    table = Table(
        title=Text(
            f"{result['method'].upper()} on {result['dataset']}: link, held-out test edges, "
            f"{counted(seeds, 'seed')}"
        ),
        title_justify="left",
        caption=Text(f"{_note(metrics, shown)}\n").append(result_caption(result)),
        caption_justify="left",
    )
    table.add_column("negatives")
    table.add_column("scorer")
    for metric in shown:
        table.add_column(_METRICS[metric], justify="right")
    for number, (kind, scorer) in enumerate(rows):
        if number and kind != rows[number - 1][0]:
            table.add_section()
        scores = (metrics.get(f"{kind}/{scorer}/{metric}") for metric in shown)
        table.add_row(kind, scorer, *map(_score, scores))
    return table


def _score(scores: Mapping[str, float | None] | None) -> str:
    if scores is None:
        return "-"
    mean, std = scores["mean"], scores["std_seeds"]
    return f"{mean:.4f}" if std is None else f"{mean:.3f} ± {std:.3f}"


def _note(metrics: Mapping[str, Mapping[str, float]], shown: list[str]) -> str:
    notes = []
    hops = metrics.get("hard/two_hops", {}).get("mean", 1.0)
    if hops < 1:
        notes.append(f"{100 * hops:.0f} % of the hard ones two hops apart")
    if set(_METRICS) - set(shown):
        notes.append("no Hits@K where there are fewer than K")
    return "; ".join([*notes, "validation scores: --json"])
