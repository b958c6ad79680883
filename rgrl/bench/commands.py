"""What the commands ``list``, ``methods`` and ``run`` do, and what the commands share."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from rgrl.bench.live_progress import LiveProgress
from rgrl.bench.methods import FIXED, METHODS, checked_method, preset_family, preset_of
from rgrl.bench.option_checks import (
    require_at_least_one,
    require_clusters,
    require_settings,
    require_shared,
)
from rgrl.bench.plain_progress import PlainProgress
from rgrl.bench.tables import any_result_table, command_line, dataset_table
from rgrl.datasets import DATASETS, find_spec, on_disk
from rgrl.datasets.own import is_own
from rgrl.datasets.sources import data_root
from rgrl.errors import ConfigError
from rgrl.presets import load_preset, parse_setting

if TYPE_CHECKING:  # results load torch
    from rgrl.bench.result_folder import ResultFolder


def list_datasets(root: Path | None) -> None:
    """Print the registry."""
    rows = [(spec, on_disk(name, root=root)) for name, spec in DATASETS.items()]
    table_console().print(dataset_table(rows))


def list_methods() -> None:
    """Print the methods and the presets of each."""
    from rgrl.bench.tables import method_table
    from rgrl.presets import preset_names

    rows = []
    for name, title in METHODS.items():
        family = preset_family(name)
        own = [each.removeprefix(f"{family}-") for each in preset_names() if each.startswith(f"{family}-")]
        rows.append((name, title, [each for each in own if each != "default"]))
    table_console().print(method_table(rows))


def run_datasets(
    names: Sequence[str],
    *,
    methods: Sequence[str],
    tasks: Sequence[str],
    preset: str | None,
    epochs: int | None,
    seeds: int,
    settings: Sequence[str],
    jobs: int,
    budget: float | None,
    public_split: bool,
    clusters: int | None,
    again: bool,
    logs: Sequence[str],
    root: Path | None,
    features: str | None,
    out: Path,
    device: str,
    as_json: bool,
) -> None:
    """Run methods on datasets; everything that can be refused is refused before the first starts."""
    from rgrl.bench.tasks import checked_tasks

    data_root(root)
    datasets = chosen_datasets(names, features=features)
    for name, given in (("--methods", methods), ("--tasks", tasks)):
        if not given:
            raise ConfigError(f"{name} is empty: at least one is needed")
    chosen = list(dict.fromkeys(checked_method(name) for name in methods))
    wanted = checked_tasks(tasks)
    require_clusters(clusters, wanted)
    for name, value in (("--seeds", seeds), ("--jobs", jobs)):
        require_at_least_one(name, value)
    if epochs is not None and epochs < 0:
        raise ConfigError(f"--epochs is {epochs}: a whole number of at least 0 is needed")
    if budget is not None and not 0 < budget < math.inf:
        raise ConfigError(f"--budget is {budget}: a number of minutes above 0 is needed")
    changes: dict[str, Any] = dict(parse_setting(text) for text in settings)
    own = {(data, method): preset_of(method, dataset_key(data)) for data in datasets for method in chosen}
    require_shared(changes, {method: found for (_, method), found in own.items()})
    presets = {
        (data, method): changed_preset(preset, method, found, changes, epochs=epochs)
        for (data, method), found in own.items()
    }
    require_settings(presets, chosen, changed={"--preset": preset, "--set": settings, "--epochs": epochs})

    from rgrl.bench.device import checked_device
    from rgrl.bench.do_all import do_all
    from rgrl.bench.logs.log_kinds import checked_logs
    from rgrl.bench.result_folder import ResultFolder
    from rgrl.bench.work import Work

    device = checked_device(device)
    chosen_logs = checked_logs(logs)
    folder = ResultFolder(out)
    works = [
        Work(
            dataset=dataset,
            method=method,
            preset=presets[dataset, method],
            tasks=wanted,
            seeds=seeds,
            budget_minutes=budget,
            public_split=public_split,
            root=root,
            out=out,
            device=device,
            again=again,
            logs=chosen_logs,
            features=features,
            clusters=clusters,
        )
        for dataset in datasets
        for method in chosen
    ]
    with result_shower(folder, as_json=as_json) as show:
        do_all(works, jobs=jobs, display=progress_display, show=show)


@contextmanager
def result_shower(folder: ResultFolder, *, as_json: bool) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Give a function that prints a result, as a table or as JSON; say at the end where results are."""
    console = table_console()
    shown = 0

    def show(result: dict[str, Any]) -> None:
        nonlocal shown
        shown += 1
        if as_json:
            print(json.dumps(result), flush=True)
            return
        console.print(any_result_table(result))
        console.print(command_line(result), soft_wrap=True)

    try:
        yield show
    finally:
        if shown and not as_json:
            console.print(f"stored in {folder.results}", highlight=False, markup=False, soft_wrap=True)


def chosen_datasets(names: Sequence[str], *, features: str | None = None) -> list[str]:
    """Datasets by name or path; ``all`` stands for the fourteen of the benchmark.

    Raises:
        ConfigError: If one is unknown, or has features of its own where others are to be used.
    """
    found: list[str] = []
    for name in names:
        if name.strip().lower() == "all":
            found += [spec.name for spec in DATASETS.values() if spec.reader != "embedded"]
        elif is_own_graph(name):
            found.append(name)
        else:
            found.append(find_spec(name).name)
    if features is not None and (published := [name for name in found if not is_own_graph(name)]):
        raise ConfigError(
            f"--features is {features}: {published[0]} has its own, only a graph of yours takes others"
        )
    return list(dict.fromkeys(found))


def one_dataset(name: str, done: str, *, features: str | None = None) -> str:
    """The dataset by name or path.

    Args:
        name: What was given.
        done: What is done on one dataset, for the error.
        features: As of :func:`chosen_datasets`.

    Raises:
        ConfigError: As of :func:`chosen_datasets`, or if several are meant.
    """
    known = chosen_datasets([name], features=features)
    if len(known) != 1:
        raise ConfigError(f"the dataset is {name!r}: {done} on one dataset")
    return known[0]


def dataset_key(dataset: str) -> str:
    """What a preset calls a dataset: a graph of the user's own has the default presets."""
    return "own" if is_own_graph(dataset) else dataset


def is_own_graph(name: str) -> bool:
    """Whether a name is a file of a graph and no dataset's; a known name is never a file's."""
    return name.strip().lower() not in DATASETS and is_own(name)


def changed_preset(
    named: str | None, method: str, own: Any, changes: Mapping[str, Any], *, epochs: int | None = None
) -> Any:
    """The settings to run a method with: those named on the command line or its own, with changes.

    Args:
        named: Preset by name or path; the method's own where it is ``None``.
        method: The method.
        own: Its own preset, ``None`` for a method without settings.
        changes: Settings to change.
        epochs: Updates; without effect on a method that has none, such as node2vec.

    Raises:
        ConfigError: If the named preset is another method's, or the method has no settings to change.
    """
    if own is None:
        return None
    chosen = own if named is None else load_preset(named)
    if type(chosen) is not type(own):
        raise ConfigError(f"the preset {named} is {chosen.method}'s: {method} needs one of {own.method}")
    if epochs is not None and "epochs" in chosen.to_dict():
        changes = {**changes, "epochs": epochs}
    return chosen.replace({**changes, **FIXED.get(method, {})})


def table_console() -> Console:
    """Standard output; wide enough for the tables when it is no terminal."""
    console = Console()
    return console if console.is_terminal else Console(width=120)


def progress_display() -> LiveProgress | PlainProgress:
    """A live display when standard error is a terminal, plain lines when it is not."""
    console = Console(stderr=True)
    return LiveProgress(console) if console.is_terminal else PlainProgress(sys.stderr)
