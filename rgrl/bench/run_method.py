"""All seeds and tasks of one dataset and method."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from rgrl.bench.embed_seed import embed_dataset, raw_features
from rgrl.bench.logs.seed_logs import SeedLogs
from rgrl.bench.observer import Observer
from rgrl.bench.probes import classification_probe
from rgrl.bench.result import classification_result, task_result
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.bench.seed_record import seed_record, with_origin
from rgrl.bench.store_every_seed import store_every_seed
from rgrl.bench.supervised import supervised_record
from rgrl.bench.task_needs import require_served
from rgrl.bench.tasks import embedding_task
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import Report, load_embeddings, save_embeddings
from rgrl.graph import Graph

#: Metrics of a task that a note of progress shows; the result has all.
_SHOWN_METRICS = 5


@dataclass(frozen=True, eq=False)
class MethodRun:
    """A method on a dataset, and where its results go.

    Args:
        dataset: Graph, labels and splits.
        key: Method, settings, budget.
        seeds: Number of pre-training seeds, 0 … ``seeds`` − 1.
        folder: Where results, records and embeddings go.
        observer: Told of progress.
        device: Where to train.
        cache: Folder that keeps local anchors between runs.
        logs: What is logged of each seed.
        found_seconds: Filled in: what the seeds that were found on disk took to train.
    """

    dataset: Dataset
    key: RunKey
    seeds: int
    folder: ResultFolder
    observer: Observer
    device: str = "cpu"
    cache: Path | None = None
    logs: SeedLogs = field(default_factory=SeedLogs)
    found_seconds: list[float] = field(default_factory=list)

    def classification(self, raw_mean: Callable[[], float]) -> dict[str, Any]:
        """Train what is not trained yet, and store the result of the paper's protocol.

        Each seed's record and chosen embedding are on disk when the seed ends. Whatever stops the run, a
        result of the seeds that were finished is stored before it goes on; its ``seeds`` is below its
        ``seeds_asked``.

        Args:
            raw_mean: Gives the test accuracy of raw features under the same probe.

        Raises:
            DataError: If the dataset has nothing to classify by.
            DivergedError: If the training of a seed diverged.
            OutputError: If a result or an embedding cannot be written.
        """
        start = time.perf_counter()
        classification_probe(self.dataset)
        raw = raw_mean()

        def result_of(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
            return classification_result(
                self.dataset,
                self.key,
                records,
                raw_mean=raw,
                seeds_asked=self.seeds,
                device=self.device,
                seconds=self._seconds_since(start),
            )

        return store_every_seed(
            self.key,
            self.record,
            result_of,
            seeds=self.seeds,
            folder=self.folder,
            observer=self.observer,
        )

    def task(self, task: str) -> dict[str, Any]:
        """Evaluate the chosen embedding of every seed on another task, training what is not trained yet.

        Raises:
            ConfigError: If the method gives no embedding.
            DataError: If the dataset does not have what the task needs.
        """
        start = time.perf_counter()
        self._require_embedding()
        require_served(task, self.dataset, clusters=self.key.clusters)
        evaluator = embedding_task(task, clusters=self.key.clusters)
        records, reports = [], []
        for seed in range(self.seeds):
            records.append(self.record(seed))
            reports.append(evaluator(self.chosen(seed), self.dataset))
            self._note(seed, reports[-1])
        return self._stored(records, reports, start)

    def link(self) -> dict[str, Any]:
        """Link prediction: the method is trained anew and sees the training edges only.

        Between updates validation edges choose: AUC of the cosine against random negatives.

        Raises:
            ConfigError: If the method gives no embedding.
            DataError: If the graph has too few edges.
        """
        from rgrl.bench.link import link_probe, link_report, training_relations, with_own_features
        from rgrl.datasets import split_edges

        start = time.perf_counter()
        self._require_embedding()
        split = with_own_features(split_edges(self.dataset.graph), self.dataset.feature_kind)
        seen = dataclasses.replace(
            self.dataset, relations=training_relations(self.dataset.relations, split), train_graph=None
        )
        run = dataclasses.replace(self, dataset=seen, key=dataclasses.replace(self.key, regime="link"))
        records, reports = [], []
        for seed in range(self.seeds):
            records.append(run.record(seed, graph=split.train_graph, probe=link_probe(split)))
            # Few products of sparse features are not 0: left sparse, they take seconds and not minutes.
            raw = self.key.method == "raw"
            reports.append(link_report(split.train_graph.x if raw else run.chosen(seed), split))
            self._note(seed, reports[-1])
        return run._stored(records, reports, start)

    def record(self, seed: int, *, graph: Graph | None = None, probe: Any = None) -> dict[str, Any]:
        """The record of a seed: from disk, or of a training that happens now.

        Args:
            seed: The seed.
            graph: What to train on and to embed; the dataset's where it is ``None``.
            probe: Chooses between updates; the dataset's where there is none.
        """
        with self.folder.claimed(self.key, seed):
            known = self.folder.record(self.key, seed)
            embeds = self.key.method not in ("raw", "supervised")  # and keeps what it has made
            if known is not None and (not embeds or self.folder.holds_embedding(self.key, seed)):
                self.found_seconds.append(known["seconds"])
            else:
                known = self._made(seed, graph=graph, probe=probe, embeds=embeds)
            self.logs.complete(known, self.key, seed, self.folder, self.observer)
            return known

    def _made(self, seed: int, *, graph: Graph | None, probe: Any, embeds: bool) -> dict[str, Any]:
        """Train, and keep the record and what was embedded."""
        if self.key.method == "supervised":
            record = supervised_record(
                self.dataset, self.key.preset, seed, budget_minutes=self.key.budget_minutes
            )
            record = with_origin(record, self.device)
            self.folder.keep_record(self.key, seed, record)
            return record
        with self.logs.watching(self.observer, self.key, seed, self.folder) as observer:
            run = embed_dataset(
                self.dataset,
                self.key,
                graph=graph,
                probe=self._own_probe() if graph is None else probe,
                seed=seed,
                seeds=self.seeds,
                observer=observer,
                device=self.device,
                cache=self.cache,
            )
        record = with_origin(
            seed_record(run, self.dataset if self.key.regime == "full" else None), self.device
        )
        if embeds:
            save_embeddings(
                self.folder.embedding(self.key, seed),
                run.embedding,
                fingerprint=self.dataset.fingerprint.digest,
                metadata={
                    "dataset": self.key.dataset,
                    "method": self.key.method,
                    "config_hash": self.key.config_hash,
                    "regime": self.key.regime,
                    "seed": str(seed),
                    "update": str(run.best.update),
                    **({} if (ids := self.dataset.node_ids) is None else {"node_ids": json.dumps(ids)}),
                },
            )
        self.folder.keep_record(self.key, seed, record)
        scores = "" if run.best.probe is None else f"{run.best.probe} "
        if self.key.regime == "link" and run.best.probe is not None:
            scores = f"validation AUC {run.best.probe.val_mean:.2f} "
        self.observer.note(f"{self.key}: seed {seed} {scores}at update {run.best.update}")
        return record

    def chosen(self, seed: int) -> Tensor:
        """The chosen embedding of a finished seed."""
        if self.key.method == "raw":
            return raw_features(self.dataset.graph)
        return load_embeddings(self.folder.embedding(self.key, seed)).values

    def _require_embedding(self) -> None:
        if self.key.method == "supervised":
            raise ConfigError("the method 'supervised' gives no embedding: it runs for classification only")

    def _note(self, seed: int, report: Report) -> None:
        shown = [f"{metric} {report.mean(metric):.4f}" for metric in list(report.scores)[:_SHOWN_METRICS]]
        self.observer.note(f"{self.key}: seed {seed}, {report.task}: {', '.join(shown)}")

    def _own_probe(self) -> Any:
        try:
            return classification_probe(self.dataset)
        except DataError:
            return None  # other tasks can do without; classification has said so before

    def _stored(
        self, records: Sequence[dict[str, Any]], reports: Sequence[Report], start: float
    ) -> dict[str, Any]:
        result = task_result(
            self.dataset,
            self.key,
            records,
            reports,
            seeds_asked=self.seeds,
            device=self.device,
            seconds=self._seconds_since(start),
        )
        self.folder.append(result)
        return result

    def _seconds_since(self, start: float) -> float:
        """Time of this run, and of the trainings that were not done again."""
        return time.perf_counter() - start + sum(self.found_seconds)
