"""What the command ``tune`` does."""

from __future__ import annotations

import dataclasses
import shlex
import tempfile
from pathlib import Path
from typing import Any

from rgrl.bench.commands import changed_preset, dataset_key, one_dataset, progress_display, table_console
from rgrl.bench.device import checked_device
from rgrl.bench.do_work import apart_from_registry, on_public_split, run_key
from rgrl.bench.fitting import require_fitting
from rgrl.bench.keep_inputs import require_apart
from rgrl.bench.methods import preset_of
from rgrl.bench.nodes_at_once import nodes_at_once
from rgrl.bench.option_checks import require_at_least_one, require_seed
from rgrl.bench.probes import classification_probe
from rgrl.bench.search_range import SearchRange
from rgrl.bench.search_space import Bounds, search_space, tunable_method, with_anchors_of, with_values
from rgrl.bench.tuning import Tuning
from rgrl.bench.tuning_study import TuningStudy, require_optuna
from rgrl.bench.tuning_table import tuning_table
from rgrl.bench.work import Work
from rgrl.datasets import Dataset, load_dataset
from rgrl.datasets.sources import cache_root
from rgrl.errors import ConfigError, OutputError, RunsFailedError
from rgrl.presets import Preset
from rgrl.presets.preset_text import preset_text
from rgrl.write_whole import write_whole

#: Trials that the table shows.
_SHOWN = 5


def tune_dataset(
    name: str,
    *,
    method: str,
    trials: int,
    preset: str | None,
    epochs: int | None,
    seed: int,
    storage: str | None,
    public_split: bool,
    root: Path | None,
    features: str | None,
    out: Path,
    device: str,
) -> None:
    """Search a method's settings on a dataset, print the best trials and write the best one's preset."""
    require_optuna()
    require_at_least_one("--trials", trials)
    if epochs is not None:
        require_at_least_one("--epochs", epochs)
    require_seed("--seed", seed)
    known = one_dataset(name, "settings are tuned", features=features)
    method = tunable_method(method)
    base = changed_preset(preset, method, preset_of(method, dataset_key(known)), {}, epochs=epochs)
    device = checked_device(device)
    _require_folder(out)
    url = _default_storage(out) if storage is None else storage
    with progress_display() as observer:
        dataset = apart_from_registry(
            load_dataset(known, root=root, progress=observer.download, features=features)
        )
        path = out / f"{method.replace(':', '-')}-{dataset.name}-tuned.toml"
        if preset is not None:
            what = "the file that the best settings are written to"
            require_apart("--preset", Path(preset), [path], what=what)
        if public_split:
            dataset = on_public_split(dataset)
        require_fitting(method, base, dataset)
        probe = classification_probe(dataset)
        nodes = nodes_at_once(dataset, base)
        base = with_anchors_of(base, nodes)
        space = search_space(method, base, num_nodes=nodes)
        study = TuningStudy(
            url,
            f"{method}-{dataset.name}",
            _identity(dataset, method, base, space, seed=seed, public_split=public_split),
            seed=seed,
            epochs=getattr(base, "epochs", 0),
        )
    work = Work(known, method, base, public_split=public_split, root=root, out=out, device=device)
    tuning = Tuning(
        dataset,
        # The precision is the machine's, and each machine's own.
        run_key(work, "classification", dataset),
        space,
        study,
        probe,
        seed=seed,
        device=device,
        cache=cache_root() / "anchors",
    )
    try:
        with progress_display() as observer:
            tuning.search(trials, observer)
    finally:
        found = _show(study, base, title=f"{method.upper()} on {dataset.name}: mean validation score in %")
        if found is not None:
            comments = _comments(found[0], study, dataset, method, public_split)
            with write_whole(path) as temporary:
                temporary.write_text(preset_text(found[1], comments))
            _say_what_next(path, name, method, public_split, features)
    if found is None:
        raise RunsFailedError(f"none of {trials} trials was completed: {study} has no settings to keep")


def _require_folder(out: Path) -> None:
    """Make the folder, and see whether it can be written to before anything is searched."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise OutputError(
            f"--out {out} cannot be written ({error.strerror}): a folder to write to is needed"
        ) from None


def _default_storage(out: Path) -> str:
    """A file in the folder, as a URL in which a part such as ``%20`` stands for itself."""
    from sqlalchemy.engine import URL

    if "?" in str(out):  # where a URL's path ends
        raise ConfigError(f"--out is {str(out)!r}: a path without '?' is needed, or --storage")
    url = URL.create("sqlite", database=str(out / "tune.sqlite3"))
    return url.render_as_string(hide_password=False)


def _identity(
    dataset: Dataset,
    method: str,
    base: Preset,
    space: dict[str, Bounds],
    *,
    seed: int,
    public_split: bool,
) -> dict[str, Any]:
    """All that must be the same for two trials to be compared."""
    bounds = {
        name: dataclasses.asdict(each) if isinstance(each, SearchRange) else list(each)
        for name, each in space.items()
    }
    return {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint.digest,
        "splits": "public" if public_split else "random",
        "method": method,
        "preset": base.to_dict(),
        "bounds": bounds,
        "seed": seed,
    }


def _show(study: TuningStudy, base: Any, *, title: str) -> tuple[Any, Preset] | None:
    """Print the best trials; give the best one and its settings."""
    trials = study.best(_SHOWN)
    if not trials:
        return None
    presets = [with_values(base, trial.params) for trial in trials]
    rows = [
        (trial.number, trial.value, study.update_of(trial), preset)
        for trial, preset in zip(trials, presets, strict=True)
    ]
    table_console().print(tuning_table(title, rows, base, study.outcomes))
    return trials[0], presets[0]


def _comments(trial: Any, study: TuningStudy, dataset: Dataset, method: str, public_split: bool) -> list[str]:
    splits = "public split" if public_split else f"{len(dataset.splits)} splits"
    return [
        f"{method} on {dataset.name}, tuned on the validation nodes of its {splits}: "
        "no fair settings for a comparison with untuned ones.",
        f"Trial {trial.number} of {study.finished}, mean validation {trial.value:.2f}; "
        f"graph {dataset.fingerprint.digest[:12]}.",
    ]


def _say_what_next(path: Path, name: str, method: str, public_split: bool, features: str | None) -> None:
    command = ["rgrl-bench", "run", name, "--preset", str(path)]
    command += [] if method == "rgrl" else ["--methods", method]
    command += ["--public-split"] if public_split else []
    command += [] if features is None else ["--features", features]
    console = table_console()
    console.print(f"written to {path}", highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"its test score: {shlex.join([*command, '--seeds', '3'])}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
