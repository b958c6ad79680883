"""What the command ``evaluate`` does."""

from __future__ import annotations

import json
from pathlib import Path

from rgrl.bench.commands import one_dataset, progress_display, table_console
from rgrl.bench.do_work import apart_from_registry
from rgrl.bench.evaluation import evaluate_file
from rgrl.bench.tables import command_line, evaluation_table
from rgrl.datasets import load_dataset


def evaluate_embeddings(
    path: Path, *, dataset: str, root: Path | None, features: str | None, as_json: bool
) -> None:
    """Print the probes' reports of a file of embeddings."""
    name = one_dataset(dataset, "embeddings are evaluated", features=features)
    with progress_display() as progress:
        loaded = apart_from_registry(
            load_dataset(name, root=root, progress=progress.download, features=features)
        )
        report = evaluate_file(path, loaded)
    if as_json:
        print(json.dumps(report))
        return
    console = table_console()
    console.print(evaluation_table(report))
    console.print(command_line(report), soft_wrap=True)
