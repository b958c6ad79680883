"""What the commands ``list``, ``run`` and ``evaluate`` do."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from rgrl.bench.live_progress import LiveProgress
from rgrl.bench.plain_progress import PlainProgress
from rgrl.bench.tables import command_line, dataset_table, result_table
from rgrl.datasets import DATASETS, find_spec, load_dataset, on_disk
from rgrl.datasets.registry import require_readable
from rgrl.datasets.sources import cache_root, data_root
from rgrl.errors import ConfigError
from rgrl.presets import Preset, load_preset, parse_setting


def list_datasets(root: Path | None) -> None:
    """Print the registry."""
    rows = [(spec, spec.reader is not None and on_disk(name, root=root)) for name, spec in DATASETS.items()]
    table_console().print(dataset_table(rows))


def run_datasets(
    names: Sequence[str],
    *,
    preset: str | None,
    epochs: int | None,
    seeds: int,
    settings: Sequence[str],
    root: Path | None,
    out: Path,
    device: str,
    as_json: bool,
) -> None:
    """Run the protocol on each dataset; everything that can be refused is refused before the first starts."""
    specs = [find_spec(name) for name in names]
    data_root(root)
    for spec in specs:
        require_readable(spec)
    if seeds < 1:
        raise ConfigError(f"--seeds is {seeds}: a whole number of at least 1 is needed")
    if epochs is not None and epochs < 0:
        raise ConfigError(f"--epochs is {epochs}: a whole number of at least 0 is needed")
    changes: dict[str, Any] = dict(parse_setting(text) for text in settings)
    if epochs is not None:
        changes["epochs"] = epochs
    presets: list[Preset] = [load_preset(preset or f"rgrl-{spec.name}").replace(changes) for spec in specs]

    from rgrl.bench.device import checked_device
    from rgrl.bench.result_folder import ResultFolder
    from rgrl.bench.run_dataset import run_dataset

    device = checked_device(device)
    folder = ResultFolder(out)
    console = table_console()
    for spec, chosen in zip(specs, presets, strict=True):
        with progress_display() as progress:
            dataset = load_dataset(spec.name, root=root, progress=progress.download)
            result = run_dataset(
                dataset,
                chosen,
                seeds=seeds,
                folder=folder,
                observer=progress,
                device=device,
                cache=cache_root() / "anchors",
            )
        # Each dataset has a display of its own, so that none is drawn while a result is printed.
        if as_json:
            print(json.dumps(result), flush=True)
        else:
            console.print(result_table(result))
            console.print(command_line(result), soft_wrap=True)
    if not as_json:
        console.print(f"stored in {folder.results}", highlight=False, markup=False, soft_wrap=True)


def evaluate_embeddings(path: Path, *, dataset: str, root: Path | None, as_json: bool) -> None:
    """Print the probes' reports of a file of embeddings."""
    spec = find_spec(dataset)
    from rgrl.bench.evaluation import evaluate_file

    with progress_display() as progress:
        loaded = load_dataset(spec.name, root=root, progress=progress.download)
        report = evaluate_file(path, loaded)
    if as_json:
        print(json.dumps(report))
        return
    from rgrl.bench.tables import evaluation_table

    console = table_console()
    console.print(evaluation_table(report))
    console.print(command_line(report), soft_wrap=True)


def table_console() -> Console:
    """Standard output; wide enough for the tables when it is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=120)


def progress_display() -> LiveProgress | PlainProgress:
    """A live display when standard error is a terminal, plain lines when it is not."""
    console = Console(stderr=True)
    return LiveProgress(console) if console.is_terminal else PlainProgress(sys.stderr)
