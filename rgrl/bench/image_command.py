"""What the command ``image`` does."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch

from rgrl.bench.commands import progress_display, result_shower
from rgrl.bench.device import checked_device
from rgrl.bench.failure import failure
from rgrl.bench.image_data import ImageData
from rgrl.bench.image_result import IMAGE_CLASSIFICATION
from rgrl.bench.image_run import ImageRun
from rgrl.bench.image_source import image_source
from rgrl.bench.logs.log_kinds import checked_logs
from rgrl.bench.logs.seed_logs import SeedLogs
from rgrl.bench.option_checks import require_at_least_one
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.errors import ConfigError, RunsFailedError
from rgrl.presets import ReSSLPreset, has_preset, load_preset, parse_setting
from rgrl.training import settled_precision
from rgrl.vision import views_from_preset

#: Tasks by name; ``classification`` alone is also understood.
IMAGE_TASKS = (IMAGE_CLASSIFICATION, "clustering")


def run_images(
    source: str,
    *,
    preset: str | None,
    tasks: Sequence[str],
    epochs: int | None,
    seeds: int,
    width: int | None,
    settings: Sequence[str],
    size: int | None,
    corrupt: str,
    again: bool,
    logs: Sequence[str],
    root: Path | None,
    out: Path,
    device: str,
    as_json: bool,
) -> None:
    """Train ReSSL on images and evaluate it; what can be refused is refused before anything is trained."""
    wanted = checked_image_tasks(tasks)
    require_at_least_one("--seeds", seeds)
    if epochs is not None and epochs < 0:
        raise ConfigError(f"--epochs is {epochs}: a whole number of at least 0 is needed")
    if corrupt not in ("refuse", "skip"):
        raise ConfigError(f"--corrupt is '{corrupt}': accepted are refuse, skip")
    changes = dict(parse_setting(text) for text in settings)
    if width is not None:
        changes["width"] = width
    named = None if preset is None else _named(preset)
    changed_image_preset(named or load_preset("ressl-default"), changes, epochs=epochs)
    device = checked_device(device)
    seed_logs = SeedLogs(checked_logs(logs))
    folder = ResultFolder(out)
    data = ImageData.load(image_source(source, root), size=size, corrupt=corrupt)  # type: ignore[arg-type]
    own = f"ressl-{data.name}" if has_preset("ressl", data.name) else "ressl-default"
    if own == "ressl-default" and preset is None:
        changes = {"image_size": max(data.train.images.shape[2:]), **changes}
    chosen = changed_image_preset(named or load_preset(own), changes, epochs=epochs)
    chosen = chosen.replace({"precision": settled_precision(chosen.precision, torch.device(device))})
    require_fitting_images(chosen, data)
    key = RunKey(data.name, data.fingerprint.digest, chosen.method, chosen, regime="image")
    if again:
        folder.forget(key, seeds=seeds)
    failures: list[str] = []
    with result_shower(folder, as_json=as_json) as show:
        for task in wanted:
            try:
                with progress_display() as observer:
                    run = ImageRun(data, key, preset or own, seeds, folder, observer, device, seed_logs)
                    stored = None if again else folder.find(key, task, seeds=seeds)
                    if stored is not None:
                        observer.note(f"{key}, {task}: stored in {folder.results}, not done again")
                        seed_logs.complete_stored(key, seeds, folder, observer)
                    result = run.do(task) if stored is None else stored
            except Exception as error:
                if len(wanted) == 1:
                    raise
                failures.append(failure(task, error))
                continue
            show(result)
    if failures:
        raise RunsFailedError("; ".join(failures))


def checked_image_tasks(names: Sequence[str]) -> tuple[str, ...]:
    """Return tasks in their usual order.

    Raises:
        ConfigError: If there is none or one is unknown; the message lists all.
    """
    if not names:
        raise ConfigError("--tasks is empty: at least one is needed")
    asked = [IMAGE_CLASSIFICATION if name == "classification" else name for name in names]
    for name in asked:
        if name not in IMAGE_TASKS:
            near = get_close_matches(name, IMAGE_TASKS, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ";"
            raise ConfigError(f"task '{name}' of images is unknown{hint} accepted: {', '.join(IMAGE_TASKS)}")
    return tuple(task for task in IMAGE_TASKS if task in asked)


def changed_image_preset(preset: ReSSLPreset, changes: dict[str, Any], *, epochs: int | None) -> ReSSLPreset:
    """The settings of a run; the rise of the rate is shortened where ``--epochs`` leaves no room for it.

    Raises:
        ConfigError: If a setting is unknown or not accepted.
    """
    if epochs is not None:
        rise = min(preset.warmup_epochs, max(0, epochs - 1))
        changes = {"warmup_epochs": rise, **changes, "epochs": epochs}
    return preset.replace(changes)


def require_fitting_images(preset: ReSSLPreset, data: ImageData) -> None:
    """Refuse settings that the images, or each other, do not allow.

    Raises:
        MissingExtraError: If kornia is not installed.
        ConfigError: Names the setting and what is accepted.
        DataError: If there are too few images.
    """
    views_from_preset(preset)
    fit, held = data.parts(preset.validation_share)
    most = min(len(fit), preset.queue_size)
    if preset.batch_size > most:
        raise ConfigError(
            f"batch_size is {preset.batch_size}: 1 to {most} is needed, with {len(fit)} images to train on, "
            f"{len(held)} held out and a queue of {preset.queue_size}"
        )
    if preset.batch_size % preset.norm_splits:
        raise ConfigError(
            f"norm_splits is {preset.norm_splits}: a divisor of batch_size, {preset.batch_size}, is needed"
        )
    if preset.epochs and preset.warmup_epochs >= preset.epochs:
        raise ConfigError(f"warmup_epochs is {preset.warmup_epochs}: 0 to {preset.epochs - 1} is needed")


def _named(name: str) -> ReSSLPreset:
    preset = load_preset(name)
    if not isinstance(preset, ReSSLPreset):
        raise ConfigError(f"the preset {name} is {preset.method}'s: images need one of ressl")
    return preset
