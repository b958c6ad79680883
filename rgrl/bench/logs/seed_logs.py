"""The logs of a seed, by the names on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from rgrl.bench.logs.csv_log import CSVLog
from rgrl.bench.logs.logging_observer import LoggingObserver
from rgrl.bench.logs.seed_log import COLUMNS, SeedLog, known_values
from rgrl.bench.observer import Observer
from rgrl.bench.run_key import RunKey
from rgrl.errors import ConfigError, MissingExtraError

#: Kinds of log, each with the package that it needs beside the base ones and the line that installs it.
LOGS: dict[str, tuple[str, str] | None] = {
    "csv": None,
    "tensorboard": ("tensorboard", "pip install 'rgrl[tensorboard]'"),
    "wandb": ("wandb", "pip install wandb"),
}


def checked_logs(names: Sequence[str]) -> tuple[str, ...]:
    """Return kinds of log, each once.

    Raises:
        ConfigError: If one is unknown; the message lists all.
        MissingExtraError: If one needs a package that is not installed.

    Example:
        >>> checked_logs(["csv", "csv"])
        ('csv',)
    """
    for name in names:
        if name not in LOGS:
            raise ConfigError(f"--log is '{name}': accepted are {', '.join(LOGS)}")
        if (needed := LOGS[name]) is not None:
            package, line = needed
            try:
                import_module(package)
            except ImportError:
                raise MissingExtraError(f"--log {name} needs {package}: {line}") from None
    return tuple(dict.fromkeys(names))


@contextmanager
def logged(
    observer: Observer, key: RunKey, seed: int, *, kinds: Sequence[str], folder: Path
) -> Iterator[Observer]:
    """Give the observer to watch a seed with; it also writes the logs that are asked for.

    Args:
        observer: Shows progress; given back as it is where no log is asked for.
        key: What is run.
        seed: The seed.
        kinds: Of :data:`LOGS`.
        folder: Of results; logs lie in its ``logs``.

    Raises:
        OutputError: While it is watched, if a log cannot be written.
    """
    if not kinds:
        yield observer
        return
    watching = LoggingObserver(observer, lambda: [_opened(kind, key, seed, folder) for kind in kinds])
    try:
        yield watching
    finally:
        watching.close()


def log_record(
    record: Mapping[str, Any], key: RunKey, seed: int, *, kinds: Sequence[str], folder: Path
) -> None:
    """Write the log files that are missing of a seed that was trained before they were asked for."""
    curve = record.get("curve", {})
    missing = [kind for kind in kinds if kind != "wandb" and not _path(kind, key, seed, folder).exists()]
    if len(curve.get("update", ())) < 2 or not missing:  # raw features, for one, have no curve
        return
    logs = [_opened(kind, key, seed, folder) for kind in missing]
    for number, update in enumerate(curve["update"]):
        values = known_values({name: curve[name][number] for name in COLUMNS if name in curve})
        for log in logs:
            log.write(update, values)
    for log in logs:
        log.close()


def _opened(kind: str, key: RunKey, seed: int, folder: Path) -> SeedLog:
    path = _path(kind, key, seed, folder)
    if kind == "csv":
        return CSVLog(path)
    if kind == "tensorboard":
        from rgrl.bench.logs.tensorboard_log import TensorBoardLog

        return TensorBoardLog(path)
    from rgrl.bench.logs.wandb_log import WandbLog

    return WandbLog(path.name, key.preset.to_dict() if key.preset else {}, path.parent)


def _path(kind: str, key: RunKey, seed: int, folder: Path) -> Path:
    stem = key.file_stem(seed)
    return folder / "logs" / (f"{stem}.csv" if kind == "csv" else stem)
