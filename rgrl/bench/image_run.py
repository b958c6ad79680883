"""All seeds and tasks of ReSSL on a set of images."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from torch import Tensor

from rgrl.bench.image_data import ImageData
from rgrl.bench.image_result import IMAGE_CLASSIFICATION, image_result
from rgrl.bench.image_scores import image_scores
from rgrl.bench.image_seed import run_image_seed, untrained_network
from rgrl.bench.logs.seed_logs import SeedLogs
from rgrl.bench.observer import Observer
from rgrl.bench.result import task_result
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.bench.seed_record import with_origin
from rgrl.bench.store_every_seed import store_every_seed
from rgrl.evaluate import Report, clustering, load_embeddings, save_embeddings
from rgrl.presets import ReSSLPreset


@dataclass(frozen=True, eq=False)
class ImageRun:
    """ReSSL on a set of images, and where its results go.

    Args:
        data: The images.
        key: Settings and identity.
        preset_name: Name of the preset that the settings began with.
        seeds: Number of pre-training seeds, 0 … ``seeds`` − 1.
        folder: Where results, records and embeddings go.
        observer: Told of progress.
        device: Where to train.
        logs: What is logged of each seed.
        found_seconds: Filled in: what the seeds that were found on disk took to train.
    """

    data: ImageData
    key: RunKey
    preset_name: str
    seeds: int
    folder: ResultFolder
    observer: Observer
    device: str = "cpu"
    logs: SeedLogs = field(default_factory=SeedLogs)
    found_seconds: list[float] = field(default_factory=list)

    def do(self, task: str) -> dict[str, Any]:
        """Train what is not trained yet, and store the result of a task.

        Raises:
            DivergedError: If the training of a seed diverged.
            OutputError: If a result or an embedding cannot be written.
            RGRLError: If settings and images do not fit together.
        """
        return self._classification() if task == IMAGE_CLASSIFICATION else self._clustering()

    @property
    def _preset(self) -> ReSSLPreset:
        return cast("ReSSLPreset", self.key.preset)

    def _classification(self) -> dict[str, Any]:
        start = time.perf_counter()
        fit, held = self.data.parts(self._preset.validation_share)
        raw = image_scores(self.data, *self.data.raw_pixels(), fit=fit, held=held)
        self.observer.note(f"{self.data.name}: raw pixels {_shown(raw)}")

        def result_of(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
            return image_result(
                self.data,
                self.key,
                records,
                raw=raw,
                preset=self.preset_name,
                seeds_asked=self.seeds,
                device=self.device,
                seconds=self._seconds_since(start),
            )

        return self._stored(result_of)

    def _clustering(self) -> dict[str, Any]:
        """K-means on the test images' embeddings, beside those of the untrained network and of raw pixels."""
        start = time.perf_counter()
        labels = self.data.test.labels
        raw = clustering(self.data.raw_pixels()[1], labels)
        reports: dict[int, Report] = {}

        def record(seed: int) -> dict[str, Any]:
            found = self._record(seed)
            embedded = load_embeddings(self.folder.embedding(self.key, seed)).values
            untrained, _ = untrained_network(self.data, self._preset, seed, self.device)
            rows = {
                "": clustering(embedded[len(self.data.train) :], labels),
                "untrained/": clustering(untrained.embed(self.data.test.images), labels),
                "raw/": raw,
            }
            scores = {f"{row}{name}": rows[row].scores[name] for row in rows for name in raw.scores}
            reports[seed] = Report("clustering", scores)
            self.observer.note(f"{self.key}: seed {seed}, clustering: nmi {rows[''].mean('nmi'):.4f}")
            return found

        def result_of(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
            return task_result(
                self.data,
                self.key,
                records,
                [reports[each["seed"]] for each in records],
                seeds_asked=self.seeds,
                device=self.device,
                seconds=self._seconds_since(start),
            )

        return self._stored(result_of, record)

    def _stored(
        self,
        result_of: Callable[[Sequence[dict[str, Any]]], dict[str, Any]],
        record: Callable[[int], dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        return store_every_seed(
            self.key,
            record or self._record,
            result_of,
            seeds=self.seeds,
            folder=self.folder,
            observer=self.observer,
        )

    def _record(self, seed: int) -> dict[str, Any]:
        """The record of a seed: from disk, or of a training that happens now."""
        with self.folder.claimed(self.key, seed):
            known = self.folder.record(self.key, seed)
            if known is not None and self.folder.holds_embedding(self.key, seed):
                self.found_seconds.append(known["seconds"])
            else:
                known = self._made(seed)
            self.logs.complete(known, self.key, seed, self.folder, self.observer)
            return known

    def _made(self, seed: int) -> dict[str, Any]:
        """Train, and keep the record and what was embedded."""
        with self.logs.watching(self.observer, self.key, seed, self.folder) as observer:
            record, embedding = run_image_seed(
                self.data,
                self._preset,
                name=str(self.key),
                seed=seed,
                seeds=self.seeds,
                observer=observer,
                device=self.device,
            )
        record = with_origin(record, self.device)
        self._keep(seed, record, embedding)
        self.observer.note(f"{self.key}: seed {seed} {_shown(record['scores'])}")
        return record

    def _keep(self, seed: int, record: dict[str, Any], embedding: Tensor) -> None:
        save_embeddings(
            self.folder.embedding(self.key, seed),
            embedding,
            fingerprint=self.key.digest,
            metadata={
                "dataset": self.key.dataset,
                "method": self.key.method,
                "config_hash": self.key.config_hash,
                "regime": self.key.regime,
                "rows": f"{len(self.data.train)} train images, then {len(self.data.test)} test images",
                "seed": str(seed),
                "update": str(record["last_update"]),
            },
        )
        self.folder.keep_record(self.key, seed, record)

    def _seconds_since(self, start: float) -> float:
        """Time of this run, and of the trainings that were not done again."""
        return time.perf_counter() - start + sum(self.found_seconds)


def _shown(scores: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in scores.items() if name != "linear_rate")
