"""All seeds of one dataset and method."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rgrl.bench.observer import Observer
from rgrl.bench.result import make_result
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.seed_run import SeedRun, run_seed
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError, OutputError
from rgrl.evaluate import linear_probe, save_embeddings
from rgrl.graph import SparseFeatures
from rgrl.presets import Preset
from rgrl.training import settled_precision


def run_dataset(
    dataset: Dataset,
    preset: Preset,
    *,
    seeds: int,
    folder: ResultFolder,
    observer: Observer,
    device: str = "cpu",
    method: str = "rgrl",
    cache: Path | None = None,
) -> dict[str, Any]:
    """Run the protocol with pre-training seeds 0 … ``seeds`` − 1 and store the result.

    Each seed's chosen embedding is on disk when the seed ends. Whatever stops the run, a result of the seeds
    that were finished is stored before it goes on; its ``seeds`` is below its ``seeds_asked``.

    Args:
        dataset: Graph, labels and splits.
        preset: Settings; a precision of ``"auto"`` is settled here and stored as what it was.
        seeds: Number of pre-training seeds.
        folder: Where results and embeddings go.
        observer: Told of progress.
        device: Where to train.
        method: Name of the method in the result.
        cache: Folder that keeps local anchors between runs.

    Returns:
        The stored result, see ``docs/results.md``.

    Raises:
        ConfigError: If ``seeds`` is below 1.
        DivergedError: If the training of a seed diverged.
        OutputError: If a result or an embedding cannot be written.
    """
    if seeds < 1:
        raise ConfigError(f"seeds is {seeds}: a whole number of at least 1 is needed")
    start = time.perf_counter()
    graph = dataset.graph.to(device)
    preset = preset.replace({"precision": settled_precision(preset.precision, graph.device)})
    features = dataset.graph.x
    rows = features.to_scipy() if isinstance(features, SparseFeatures) else features
    raw = linear_probe(rows, dataset.graph.y, dataset.splits)
    observer.note(f"{dataset.name}: raw features {raw}")
    runs: list[SeedRun] = []

    def store() -> dict[str, Any]:
        seconds = time.perf_counter() - start
        result = make_result(
            dataset, preset, runs, raw, seeds_asked=seeds, method=method, device=device, seconds=seconds
        )
        folder.append(result)
        return result

    try:
        for seed in range(seeds):
            run = run_seed(dataset, graph, preset, seed=seed, seeds=seeds, observer=observer, cache=cache)
            runs.append(run)
            save_embeddings(
                folder.embedding(dataset.name, method, preset.hash, seed),
                run.embedding,
                fingerprint=dataset.fingerprint.digest,
                metadata={
                    "dataset": dataset.name,
                    "method": method,
                    "config_hash": preset.hash,
                    "seed": str(seed),
                    "update": str(run.best.update),
                },
            )
            observer.note(f"{dataset.name}: seed {seed} {run.best.probe} at update {run.best.update}")
    except BaseException:
        if runs:
            finished = f"{dataset.name}: stopped; {len(runs)} of {seeds} seeds"
            try:
                store()
                observer.note(f"{finished} stored in {folder.results}")
            except OutputError as error:  # what stopped the run is still what ends it
                observer.note(f"{finished} lost: {error}")
        raise
    return store()
