"""A dataset and a method that are to be run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rgrl.presets import Preset


@dataclass(frozen=True)
class Work:
    """One dataset and method, with all of its tasks.

    Attributes:
        dataset: Registry name, or the path of a graph of the user's own.
        method: Method's name.
        preset: Its settings, ``None`` for a method without any.
        tasks: Tasks by name.
        seeds: Number of pre-training seeds.
        budget_minutes: Limit of a seed's training, ``None`` for none.
        public_split: Evaluate on the split that was published with the files.
        root: Folder with raw files.
        out: Folder for results.
        device: Where to train.
        again: Do it even where a result is stored.
        features: Of a graph of the user's own: its table, or the kind to make of its edges.
        clusters: Number of clusters for the clustering task, ``None`` for its usual one.
        logs: Logs to write of each seed, by the names of :data:`rgrl.bench.logs.log_kinds.LOGS`.
    """

    dataset: str
    method: str
    preset: Preset | None
    tasks: tuple[str, ...] = ("classification",)
    seeds: int = 1
    budget_minutes: float | None = None
    public_split: bool = False
    root: Path | None = None
    out: Path = Path("results")
    device: str = "cpu"
    again: bool = False
    logs: tuple[str, ...] = ()
    features: str | None = None
    clusters: int | None = None

    def __str__(self) -> str:
        return f"{self.method} on {self.dataset}"
