"""A comparison as an HTML table that the reader can sort."""

from __future__ import annotations

from rgrl.bench.cell import Cell
from rgrl.bench.compare import comparison_notes, paired_verdicts, published_text, score_text
from rgrl.bench.comparison import Comparison
from rgrl.bench.report.html import Html, element


def comparison_table(comparison: Comparison, *, title: str) -> Html:
    """Method × dataset: mean and deviations, verdict, published number and gap, mean rank.

    Args:
        comparison: At least one cell.
        title: Caption of the table.
    """
    best = {dataset: comparison.best(dataset) for dataset in comparison.datasets}
    verdicts = {dataset: paired_verdicts(comparison, dataset) for dataset in comparison.datasets}
    order = "ascending" if comparison.less_is_better else "descending"
    header = element(
        "tr",
        _sortable("method", "ascending"),
        *(_sortable(dataset, order) for dataset in comparison.datasets),
        _sortable("rank", "ascending"),
    )
    rows = []
    for label, cells in comparison.cells.items():
        row = [element("th", label, scope="row", data_value=label)]
        for dataset in comparison.datasets:
            if (cell := cells.get(dataset)) is None:
                row.append(element("td", element("span", "–", aria_label="not run")))
                continue
            row.append(
                _score(
                    cell,
                    is_best=best[dataset] == label,
                    verdict=verdicts[dataset].get(label, ""),
                    published=published_text(cell, comparison.metric),
                )
            )
        rank = comparison.rank(label)
        rows.append(element("tr", *row, element("td", f"{rank:.1f}", data_value=rank)))
    return element(
        "div",
        element(
            "div",
            element(
                "table",
                element("caption", title),
                element("thead", header),
                element("tbody", *rows),
                class_="sortable",
            ),
            class_="scroll",
            role="region",
            tabindex="0",
            aria_label=title,
        ),
        element("ul", *(element("li", note) for note in comparison_notes(comparison)), class_="notes"),
    )


def _sortable(name: str, order: str) -> Html:
    """A header that sorts; ``order`` is that of the first click."""
    arrow = element("span", class_="arrow", aria_hidden="true")
    return element(
        "th", element("button", name, arrow, type="button"), scope="col", aria_sort="none", data_first=order
    )


def _score(cell: Cell, *, is_best: bool, verdict: str, published: str) -> Html:
    mean, *deviations = score_text(cell).split(" ", maxsplit=1)
    return element(
        "td",
        element("strong" if is_best else "span", mean),
        *(element("span", f" {each}", class_="deviation") for each in deviations),
        verdict,
        element("span", f"published {published}", class_="published") if published else "",
        data_value=f"{cell.mean!r}",
    )
