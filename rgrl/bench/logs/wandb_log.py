"""A log sent to Weights & Biases."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class WandbLog:
    """A :class:`rgrl.bench.logs.seed_log.SeedLog`; needs the package wandb.

    Its own variables, such as ``WANDB_MODE=offline`` and ``WANDB_PROJECT``, apply; the project is ``rgrl``
    where none is named.

    Args:
        name: Of the run.
        config: Settings that are stored with it.
        folder: For its files.
    """

    def __init__(self, name: str, config: Mapping[str, Any], folder: Path) -> None:
        import wandb

        folder.mkdir(parents=True, exist_ok=True)
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", "rgrl"), name=name, config=dict(config), dir=str(folder)
        )

    def write(self, update: float, values: Mapping[str, float]) -> None:
        """Log the values at an update."""
        self._run.log(dict(values), step=int(update))

    def close(self) -> None:
        """End the run."""
        self._run.finish()
