"""The kinds of log, by their names on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from rgrl.errors import ConfigError, MissingExtraError

#: Each with the package that it needs beside the base ones and the line that installs it.
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
