"""The commands on what is there already: ``compare``, ``report``, ``evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rgrl.bench.cli_options import Features, Json, Root
from rgrl.bench.completion import dataset_names


def compare(
    results: Annotated[list[Path], typer.Argument(help="Folders of results, or results.jsonl files.")],
    task: Annotated[
        str | None,
        typer.Option(help="Task to compare [default: classification, or else the first that is stored]."),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(help="Metric of the task [default: its usual one, or else the first that is stored]."),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="terminal, markdown, csv or latex.")] = "terminal",
) -> None:
    """Compare methods over datasets: means and deviations, ranks, a paired test, the published numbers."""
    from rgrl.bench.compare import compare_results

    compare_results(results, task=task, metric=metric, form=form)


def report(
    results: Annotated[list[Path], typer.Argument(help="Folders of results, or results.jsonl files.")],
    out: Annotated[Path, typer.Option("--output", "-o", help="The page.")] = Path("report.html"),
    title: Annotated[str, typer.Option(help="Title of the page.")] = "Results of rgrl-bench",
    maps: Annotated[bool, typer.Option(help="Draw the embeddings that are on disk.")] = True,
    projection: Annotated[str, typer.Option(help="How to draw them: tsne, umap or pca.")] = "tsne",
    root: Root = None,
) -> None:
    """Make one HTML page of stored results: tables, training curves, embedding maps, every run's details.

    The page needs no network and no other file.
    """
    from rgrl.bench.commands import progress_display
    from rgrl.bench.report.write_report import write_report

    with progress_display() as observer:
        shown = write_report(
            results, out, title=title, maps=maps, projection=projection, root=root, observer=observer
        )
    print(f"stored in {out}: {shown} result{'s' * (shown != 1)}, {out.stat().st_size / 1e6:.1f} MB")


def evaluate(
    embeddings: Annotated[
        Path,
        typer.Argument(
            help="[N, d]: a .npy, .npz, .safetensors, .pt, or what 'embed' writes, .csv, .parquet."
        ),
    ],
    dataset: Annotated[
        str,
        typer.Option(
            help="Dataset, or file of your own, whose nodes these are.", autocompletion=dataset_names
        ),
    ],
    root: Root = None,
    features: Features = None,
    json: Json = False,
) -> None:
    """Evaluate any method's embeddings by the same probes and splits."""
    from rgrl.bench.evaluate_command import evaluate_embeddings

    evaluate_embeddings(embeddings, dataset=dataset, root=root, features=features, as_json=json)
