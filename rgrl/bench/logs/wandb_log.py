"""A log sent to Weights & Biases."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rgrl.errors import OutputError


class WandbLog:
    """A :class:`rgrl.bench.logs.seed_log.SeedLog`; needs the package wandb.

    Its own variables, such as ``WANDB_MODE=offline`` and ``WANDB_PROJECT``, apply; the project is ``rgrl``
    where none is named.

    Args:
        name: Of the run.
        config: Settings that are stored with it.
        folder: For its files.

    Raises:
        OutputError: If it cannot be sent, at any time.
    """

    def __init__(self, name: str, config: Mapping[str, Any], folder: Path) -> None:
        import wandb

        self._name = name
        project = os.environ.get("WANDB_PROJECT", "rgrl")
        with self._sending():
            folder.mkdir(parents=True, exist_ok=True)
            self._run = wandb.init(project=project, name=name, config=dict(config), dir=str(folder))

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Log the values at an update."""
        with self._sending():
            self._run.log(dict(values), step=int(update))

    def close(self, *, whole: bool) -> None:
        """End the run; one whose training did not come to its end is marked as failed."""
        with self._sending():
            if whole:
                self._run.finish()
            else:
                self._run.finish(exit_code=1)

    @contextmanager
    def _sending(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # of its own kinds, as without a key
            reason = " ".join(str(error).split())
            raise OutputError(
                f"the log {self._name} cannot be sent to W&B: {reason} (WANDB_MODE=offline keeps it here)"
            ) from None
