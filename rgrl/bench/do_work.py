"""All tasks of one dataset and method, done or found on disk."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import torch

from rgrl.bench.observer import Observer
from rgrl.bench.probes import classification_probe
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.bench.run_method import MethodRun
from rgrl.bench.work import Work
from rgrl.datasets import Dataset, load_dataset
from rgrl.datasets.sources import cache_root
from rgrl.errors import DataError, RGRLError, RunsFailedError
from rgrl.graph import SparseFeatures
from rgrl.presets import TrainingPreset
from rgrl.training import settled_precision

#: Makes an observer of a run, which is a context manager.
Display = Callable[[], AbstractContextManager[Any]]


def do_work(work: Work, *, display: Display) -> Iterator[dict[str, Any]]:
    """Give the result of each task of a work: from disk, or newly done and stored.

    A task that the dataset cannot serve does not keep the others from being done.

    Raises:
        RGRLError: If the dataset cannot be had, or all that was asked for cannot be done.
    """
    folder = ResultFolder(work.out)
    with display() as observer:
        dataset = load_dataset(work.dataset, root=work.root, progress=observer.download)
        if work.public_split:
            dataset = on_public_split(dataset)
    refused: list[str] = []
    for task in work.tasks:
        try:
            with display() as observer:
                result = _do_task(work, task, dataset, folder, observer)
        except RGRLError as error:
            if len(work.tasks) == 1:
                raise
            refused.append(f"{task}: {error}")
            continue
        yield result
    if refused:
        raise RunsFailedError("; ".join(refused))


def on_public_split(dataset: Dataset) -> Dataset:
    """The dataset with its published split in the place of the random ones.

    Raises:
        DataError: If it has none.
    """
    if dataset.public_split is None:
        raise DataError(f"{dataset.name} has no public split: leave --public-split out")
    return dataclasses.replace(dataset, splits=(dataset.public_split,))


def _do_task(
    work: Work, task: str, dataset: Dataset, folder: ResultFolder, observer: Observer
) -> dict[str, Any]:
    preset = work.preset
    if isinstance(preset, TrainingPreset):
        settled = settled_precision(preset.precision, torch.device(work.device))
        preset = preset.replace({"precision": settled})
    key = RunKey(
        dataset.name,
        dataset.fingerprint.digest,
        work.method,
        preset,
        budget_minutes=work.budget_minutes,
        regime="link" if task == "link" else "full",
        public_split=work.public_split,
    )
    if not work.again and (stored := folder.find(key, task, seeds=work.seeds)) is not None:
        observer.note(f"{dataset.name}: {work.method}, {task}: stored in {folder.results}, not done again")
        return stored
    run = MethodRun(
        dataset,
        key,
        seeds=work.seeds,
        folder=folder,
        observer=observer,
        device=work.device,
        cache=cache_root() / "anchors",
    )
    if task == "classification":
        return run.classification(lambda: _raw_mean(dataset, observer))
    if task == "link":
        return run.link()
    return run.task(task)


def _raw_mean(dataset: Dataset, observer: Observer) -> float:
    x = dataset.graph.x
    report = classification_probe(dataset)(x.to_scipy() if isinstance(x, SparseFeatures) else x)
    observer.note(f"{dataset.name}: raw features {report}")
    return report.test_mean
