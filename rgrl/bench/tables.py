"""Results and datasets as terminal tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from rgrl.bench.link_table import link_table
from rgrl.bench.published import OVER, PROBE_TITLES, SOURCES, published
from rgrl.bench.table_parts import counted, result_caption, versions_line
from rgrl.datasets import DatasetSpec


def result_table(result: Mapping[str, Any]) -> Table:
    """One result: ours, what it must be measured against, and the paper's number with the gap."""
    seeds, splits = result["seeds"], result["splits"]
    spread = "std over splits" + (" / over seeds" if seeds > 1 else "")
    table = Table(
        title=Text(
            f"{result['method'].upper()} on {result['dataset']}: test accuracy in %, "
            f"{counted(splits, 'split')}, {counted(seeds, 'seed')}"
        ),
        title_justify="left",
        caption=result_caption(result),
        caption_justify="left",
    )
    table.add_column("")
    table.add_column("mean", justify="right")
    table.add_column(spread, justify="right")
    table.add_column("note")
    deviations = [result["test_std_splits"], result["test_std_seeds"]][: 2 if seeds > 1 else 1]
    table.add_row(
        "best validation",
        f"[bold]{result['test_mean']:.2f}[/bold]",
        " / ".join("-" if d is None else f"± {d:.2f}" for d in deviations),
        f"validation {result['val_mean']:.2f}; update {_updates(result, 'best_update')}",
    )
    for row, key, note in (
        ("last update", "test_last_mean", _updates(result, "last_update")),
        ("converged probe", "converged_test_mean", _converged_note(result)),
        ("untrained encoder", "untrained_mean", "same probe"),
    ):
        no_encoder = (
            key == "untrained_mean" and result["method"] == "raw"
        )  # older results have a number there
        if result[key] is not None and not no_encoder:
            table.add_row(row, f"{result[key]:.2f}", "", note)
    table.add_row("raw features", f"{result['raw_mean']:.2f}", "", "same probe")
    if result["paper_mean"] is not None:
        table.add_section()
        table.add_row(
            SOURCES[result["paper_source"]],
            f"{result['paper_mean']:.2f}",
            f"± {result['paper_std']:.2f}" if _over(result) == "splits" else "",
            _paper_note(result),
        )
    return table


def any_result_table(result: Mapping[str, Any]) -> Table:
    """The table of a result of any task."""
    tables = {"classification": result_table, "image-classification": image_table, "link": link_table}
    return tables.get(result["task"], task_table)(result)


def image_table(result: Mapping[str, Any]) -> Table:
    """One result on images: each score of the trained network, of the untrained one and of raw pixels."""
    counts, metrics = result["images"], result["metrics"]
    table = Table(
        title=Text(
            f"{result['method'].upper()} on {result['dataset']}: test accuracy in %, "
            f"{counts['test']:,} images, {counted(result['seeds'], 'seed')}"
        ),
        title_justify="left",
        caption=Text(f"{_curve_line(result)}\n").append(result_caption(result)),
        caption_justify="left",
    )
    table.add_column("")
    own = [name for name in metrics if "/" not in name]
    for name in own:
        table.add_column(name.replace("knn@", "kNN, k ").replace("_", " "), justify="right")
    for row, title in (("", "last epoch"), ("untrained/", "untrained network"), ("raw/", "raw pixels")):
        table.add_row(title, *(_percent(metrics[f"{row}{name}"]) for name in own))
    return table


def _percent(scores: Mapping[str, float | None]) -> str:
    mean, std = scores["mean"], scores["std_seeds"]
    assert mean is not None
    return f"{100 * mean:.2f}" + ("" if std is None else f" ± {100 * std:.2f}")


def _curve_line(result: Mapping[str, Any]) -> str:
    counts, curve = result["images"], result["runs"][0]["curve"]
    trained = f"{counts['train']:,} images trained on, preset {result['preset']}"
    if "val_mean" not in curve:
        return trained
    points = list(zip(curve["epoch"], curve["val_mean"], strict=True))
    shown = points[:: max(1, len(points) // 6)]
    shown += points[-1:] if shown[-1] != points[-1] else []
    line = ", ".join(f"{epoch}: {value:.1f}" for epoch, value in shown)
    return f"{trained}; kNN of {counts['validation']:,} held out, by epoch (seed 0): {line}"


def task_table(result: Mapping[str, Any]) -> Table:
    """One result of a task other than classification: each metric with its deviations."""
    seeds, clusters = result["seeds"], result.get("clusters")
    into = "" if clusters is None else f" into {clusters}"
    table = Table(
        title=Text(
            f"{result['method'].upper()} on {result['dataset']}: {result['task']}{into}, "
            f"{counted(result['repetitions'], 'repetition')}, {counted(seeds, 'seed')}"
        ),
        title_justify="left",
        caption=result_caption(result),
        caption_justify="left",
    )
    table.add_column("metric")
    for name in ("mean", "std over repetitions", "std over seeds"):
        table.add_column(name, justify="right")
    for metric, scores in result["metrics"].items():
        deviations = (scores["std_repetitions"], scores["std_seeds"])
        spread = ("-" if d is None else f"± {d:.4f}" for d in deviations)
        table.add_row(metric, f"{scores['mean']:.4f}", *spread)
    return table


def method_table(rows: Sequence[tuple[str, str, Sequence[str]]]) -> Table:
    """Every method, and the datasets for which the package has settings of it."""
    table = Table("name", "method", "settings for", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name, title, datasets in rows:
        table.add_row(name, title, ", ".join(datasets) or "-")
    return table


def dataset_table(rows: Sequence[tuple[DatasetSpec, bool]]) -> Table:
    """The registry: size, task, source, and whether the files are on disk."""
    table = Table(
        "name",
        "task",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        caption="edges count both directions; ? is unknown",
    )
    table.caption_justify = "left"
    for name in ("nodes", "edges", "features", "classes"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("source", no_wrap=True)
    table.add_column("on disk")
    for spec, present in rows:
        counts = (spec.num_nodes, spec.num_edges, spec.num_features, spec.num_classes)
        state = "yes" if present else "no"
        task = spec.task.replace(" node classification", "").replace(" classification", "")
        table.add_row(
            spec.name, task, *("?" if c is None else f"{c:,}" for c in counts), source_of(spec), state
        )
    return table


def source_of(spec: DatasetSpec) -> str:
    """Where a dataset comes from, in a word or two."""
    if spec.reader == "embedded":
        return "embedded"
    url = next((file.url for file in spec.files if file.url), None)
    host = "-" if url is None else url.split("/")[2]
    return host + (", mirror" if spec.mirror else "")


def command_line(result: Mapping[str, Any]) -> Text:
    """The command that made a result, to stand under its table unwrapped, so that it can be pasted."""
    return Text(f"command: {result['command']}")


def _converged_note(result: Mapping[str, Any]) -> str:
    share = result["converged_share"]
    return "" if share is None else f"L2 by validation; {100 * share:.0f} % of fits converged"


def _updates(result: Mapping[str, Any], key: str) -> str:
    return ", ".join("-" if run[key] is None else str(run[key]) for run in result["runs"])


def _over(result: Mapping[str, Any]) -> str | None:
    """What the published deviation is over; of results that do not say it, as it is known today."""
    if "paper_std_over" in result:
        over: str | None = result["paper_std_over"]
        return over
    known = published(result["method"], result["dataset"], public_split=result.get("public_split", False))
    return known.over if known is not None and known.std == result["paper_std"] else None


def _paper_note(result: Mapping[str, Any]) -> str:
    """The gap, and the published deviation where it is known to be over something other than splits."""
    over = _over(result)
    notes = [f"± {result['paper_std']:.2f} {OVER[over]}"] if over not in (None, "splits") else []
    if result["paper_gap"] is not None:
        probe = result.get("paper_probe", "paper")
        by = "" if probe == "paper" else f", {PROBE_TITLES[probe]}"
        notes.append(f"ours {result['paper_gap']:+.2f}{by}")
    return "; ".join(notes)


def evaluation_table(report: Mapping[str, Any]) -> Table:
    """The probes' reports of a file of embeddings."""
    table = Table(
        title=Text(
            f"{report['embeddings']} on {report['dataset']}: test accuracy in %, {report['splits']} splits"
        ),
        title_justify="left",
        caption=Text(f"data {report['fingerprint']['digest'][:12]}; {versions_line(report)}"),
        caption_justify="left",
    )
    table.add_column("")
    table.add_column("mean", justify="right")
    table.add_column("std over splits", justify="right")
    spread = report["test_std_splits"]
    table.add_row("linear probe", f"{report['test_mean']:.2f}", "-" if spread is None else f"± {spread:.2f}")
    if report["converged_test_mean"] is not None:
        table.add_row("converged probe", f"{report['converged_test_mean']:.2f}", "")
    table.add_row("raw features", f"{report['raw_mean']:.2f}", "")
    return table
