"""The page: what was stored, put together.

``string.Template`` and :func:`rgrl.bench.report.html.element` are all that it takes. A template engine would
be one more dependency, with rules of its own of what is escaped where; here all text is escaped unless its
type says that it is markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from string import Template
from typing import Any

from rgrl import __version__
from rgrl.bench.comparison import compared, metrics_of
from rgrl.bench.labels import columns_of, labels_of
from rgrl.bench.report.details import run_details
from rgrl.bench.report.html import Html, element, joined
from rgrl.bench.report.table import comparison_table


def page(
    results: Sequence[Mapping[str, Any]],
    *,
    title: str,
    made: datetime,
    cautions: Sequence[str],
    curves: Sequence[Html],
    maps: Sequence[Html],
) -> str:
    """One HTML document that needs nothing from outside.

    Args:
        results: At least one; each of its own identity.
        title: Of the page.
        made: When.
        cautions: What a reader must be warned of.
        curves: Figures of the trainings.
        maps: Figures of the embeddings.
    """
    tasks = list(dict.fromkeys(result["task"] for result in results))
    by_task = {task: [result for result in results if result["task"] == task] for task in tasks}
    sections = [
        *((task.capitalize(), _tables(task, found)) for task, found in by_task.items()),
        ("Training curves", element("div", *curves, class_="figures") if curves else Html()),
        ("Embedding maps", element("div", *maps, class_="figures") if maps else Html()),
        ("Runs", joined(_runs(task, found) for task, found in by_task.items())),
    ]
    shown = [(name, f"part-{number}", content) for number, (name, content) in enumerate(sections) if content]
    contents = element(
        "nav",
        element(
            "ul",
            *(element("li", element("a", name, href=f"#{part}")) for name, part, _ in shown),
        ),
        aria_label="Contents",
    )
    body = [element("section", element("h2", name, id=part), content) for name, part, content in shown]
    datasets = len({result["dataset"] for result in results})
    methods = len({result["method"] for result in results})
    return _document(
        title=joined(title),
        summary=joined(
            f"{_counted(len(results), 'result')} of {_counted(methods, 'method')} "
            f"on {_counted(datasets, 'dataset')}, made into this page ",
            element("time", made.strftime("%Y-%m-%d %H:%M %Z").strip(), datetime=made.isoformat()),
            f" by rgrl {__version__}",
        ),
        contents=contents,
        body=joined(_warnings(cautions), *body),
    )


def _tables(task: str, results: Sequence[Mapping[str, Any]]) -> Html:
    """The table of the usual metric, and those of the others, folded."""
    comparisons = [compared(results, task=task, metric=metric) for metric in metrics_of(results)]
    tables = [
        comparison_table(comparison, title=f"{task}: {comparison.metric} in %")
        for comparison in comparisons
        if comparison.cells
    ]
    if len(tables) < 2:
        return joined(*tables)
    return joined(
        tables[0],
        element(
            "details",
            element("summary", f"{_counted(len(tables) - 1, 'other metric')} of {task}"),
            *tables[1:],
        ),
    )


def _runs(task: str, results: Sequence[Mapping[str, Any]]) -> Html:
    names = zip(labels_of(results), columns_of(results), results, strict=True)
    return joined(
        element("h3", task.capitalize()),
        (run_details(f"{label} on {column}", result) for label, column, result in names),
    )


def _warnings(cautions: Sequence[str]) -> Html:
    if not cautions:
        return Html()
    return element(
        "section",
        element("h2", "Warnings"),
        element("ul", *(element("li", caution) for caution in cautions)),
        class_="cautions",
    )


def _document(**parts: Html) -> str:
    room = files("rgrl.bench.report")
    template, style, script = (
        (room / name).read_text(encoding="utf-8") for name in ("page.html", "style.css", "sort.js")
    )
    # Nothing but these two may act on the page, and nothing be loaded, should any text pass for markup.
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template(template).substitute(
        parts, policy=policy, version=__version__, style=style, script=script
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
