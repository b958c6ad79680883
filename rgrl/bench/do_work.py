"""All tasks of one dataset and method, done or found on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import torch

from rgrl.bench.environment import forget_peak_memory
from rgrl.bench.failure import failure
from rgrl.bench.fitting import require_fitting
from rgrl.bench.logs.seed_logs import SeedLogs
from rgrl.bench.methods import ON_CPU
from rgrl.bench.observer import Observer
from rgrl.bench.probes import classification_probe
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.bench.run_method import MethodRun
from rgrl.bench.task_needs import require_served, usual_clusters
from rgrl.bench.work import Work
from rgrl.datasets import DATASETS, Dataset, load_dataset
from rgrl.datasets.sources import cache_root
from rgrl.errors import DataError, RGRLError, RunsFailedError
from rgrl.presets import TrainingPreset
from rgrl.training import settled_precision

#: Makes an observer of a run, which is a context manager.
Display = Callable[[], AbstractContextManager[Any]]


def do_work(work: Work, *, display: Display) -> Iterator[dict[str, Any]]:
    """Give the result of each task of a work: from disk, or newly done and stored.

    A task that fails does not keep the others from being done.

    Raises:
        RGRLError: If the dataset cannot be had or the method not be run on it, or if all that was asked for
            cannot be done.
        RunsFailedError: At the end, if some of several tasks failed; it names each with its reason.
    """
    folder = ResultFolder(work.out)
    forget_peak_memory(work.device)
    with display() as observer:
        dataset = apart_from_registry(
            load_dataset(work.dataset, root=work.root, progress=observer.download, features=work.features)
        )
        if work.public_split:
            dataset = on_public_split(dataset)
        require_fitting(work.method, work.preset, dataset)
        if work.budget_minutes is not None and work.preset is None:
            observer.note(f"{work}: --budget has no effect, for nothing is trained")
        if work.device != "cpu" and work.method in ON_CPU:
            observer.note(f"{work}: runs on the CPU, the method has no other form")
        refused = _refused_tasks(work, dataset, observer)
    keys = {task: run_key(work, task, dataset) for task in work.tasks if task not in refused}
    if work.again:
        for key in set(keys.values()):
            folder.forget(key, seeds=work.seeds)
    failures = dict(refused)
    logs = SeedLogs(work.logs)
    for task, key in keys.items():
        try:
            with display() as observer:
                result = _do_task(work, task, key, dataset, folder, observer, logs)
        except Exception as error:
            if len(work.tasks) == 1:
                raise
            failures[task] = failure(task, error)
            continue
        yield result
    if failures:
        raise RunsFailedError("; ".join(failures[task] for task in work.tasks if task in failures))


def _refused_tasks(work: Work, dataset: Dataset, observer: Observer) -> dict[str, str]:
    """The tasks that the dataset cannot serve, with the reason; said before anything is trained.

    Raises:
        RGRLError: If it is the only one.
    """
    refused: dict[str, str] = {}
    for task in work.tasks:
        try:
            require_served(task, dataset, clusters=work.clusters)
        except RGRLError as error:
            if len(work.tasks) == 1:
                raise
            refused[task] = failure(task, error)
            observer.note(f"{work}: left out: {refused[task]}")
    return refused


def apart_from_registry(dataset: Dataset) -> Dataset:
    """The dataset; a graph of the user's own that has the name of a known one is called ``own-<name>``.

    Otherwise it would be held against that one's published numbers, and evaluated by its protocol.
    """
    if dataset.spec.reader == "own" and dataset.name.lower() in DATASETS:
        return dataclasses.replace(dataset, name=f"own-{dataset.name}")
    return dataset


def on_public_split(dataset: Dataset) -> Dataset:
    """The dataset with its published split in the place of the random ones.

    Raises:
        DataError: If it has none.
    """
    if dataset.public_split is None:
        raise DataError(f"{dataset.name} has no public split: leave --public-split out")
    return dataclasses.replace(dataset, splits=(dataset.public_split,))


def run_key(work: Work, task: str, dataset: Dataset) -> RunKey:
    """The identity of a work's run for a task: of the same key are all tasks that share a training."""
    preset = work.preset
    if isinstance(preset, TrainingPreset):
        settled = settled_precision(preset.precision, torch.device(work.device))
        preset = preset.replace({"precision": settled})
    return RunKey(
        dataset.name,
        dataset.fingerprint.digest,
        work.method,
        preset,
        budget_minutes=None if preset is None else work.budget_minutes,
        regime="link" if task == "link" else "full",
        # Held-out edges, and no split of the nodes, choose and report in link prediction.
        public_split=work.public_split and task != "link",
        clusters=_asked_clusters(work, dataset) if task == "clustering" else None,
    )


def _asked_clusters(work: Work, dataset: Dataset) -> int | None:
    """The number of clusters where it is not the usual one, which needs no name."""
    return None if work.clusters in (None, usual_clusters(dataset)) else work.clusters


def _do_task(
    work: Work,
    task: str,
    key: RunKey,
    dataset: Dataset,
    folder: ResultFolder,
    observer: Observer,
    logs: SeedLogs,
) -> dict[str, Any]:
    if not work.again and (stored := folder.find(key, task, seeds=work.seeds)) is not None:
        observer.note(f"{key}, {task}: stored in {folder.results}, not done again")
        logs.complete_stored(key, work.seeds, folder, observer)
        return stored
    run = MethodRun(
        dataset,
        key,
        seeds=work.seeds,
        folder=folder,
        observer=observer,
        device="cpu" if work.method in ON_CPU else work.device,
        cache=cache_root() / "anchors",
        logs=logs,
    )
    if task == "classification":
        return run.classification(lambda: _raw_mean(dataset, observer))
    if task == "link":
        return run.link()
    return run.task(task)


def _raw_mean(dataset: Dataset, observer: Observer) -> float:
    report = classification_probe(dataset)(dataset.graph.x)
    observer.note(f"{dataset.name}: raw features {report}")
    return report.test_mean
