"""The identity of a run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from rgrl.datasets import DATASETS
from rgrl.presets import Preset


@dataclass(frozen=True)
class RunKey:
    """What decides the numbers of a run, its seed aside: runs of equal keys need not be done twice.

    Attributes:
        dataset: Dataset's name.
        digest: Digest of the dataset's fingerprint.
        method: Method's name.
        preset: Its settings, ``None`` for a method without any.
        budget_minutes: Limit of a seed's training, ``None`` for none.
        regime: ``"full"``; ``"link"``, for which training sees the training edges only; or ``"image"``.
        public_split: Whether the published split chooses and reports, in the place of the random ones.
        clusters: Number of clusters that the clustering task was asked for, ``None`` for its usual one. It is
            no part of the training, which keys that differ in nothing else share.
    """

    dataset: str
    digest: str
    method: str
    preset: Preset | None
    budget_minutes: float | None = None
    regime: str = "full"
    public_split: bool = False
    clusters: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.method} on {self.dataset}"

    @property
    def config_hash(self) -> str:
        """Twelve hexadecimal digits that change with any setting, with the budget and the kind of split."""
        own = self.preset.hash if self.preset else "0" * 12
        if self.budget_minutes is None and not self.public_split:
            return own
        budget = None if self.budget_minutes is None else float(self.budget_minutes)
        return hashlib.sha256(f"{own} {budget} {self.public_split}".encode()).hexdigest()[:12]

    def file_stem(self, seed: int) -> str:
        """Name of a seed's files, without ending; graphs of the user's own, and images, may share a name."""
        return file_stem(self.dataset, self.digest, self.method, self.config_hash, self.regime, seed)


def file_stem(dataset: str, digest: str, method: str, config_hash: str, regime: str, seed: int) -> str:
    """The same of a run of which a result is all that is left."""
    known = dataset in DATASETS and regime != "image"
    graph = dataset if known else f"{dataset}-{digest[:12]}"
    mark = "" if regime == "full" else f"-{regime}"
    return f"{graph}-{method}-{config_hash}{mark}-seed{seed}"
