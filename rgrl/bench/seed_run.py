"""One pre-training seed: train, evaluate on the way, choose on validation."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from rgrl.bench.build import build_method
from rgrl.bench.observer import Moment, Observer
from rgrl.bench.schedule import is_evaluated
from rgrl.datasets import Dataset
from rgrl.errors import DataError, DivergedError
from rgrl.evaluate import LogisticReport, ProbeReport, linear_probe, logistic_regression
from rgrl.evaluate.checks import checked_embeddings
from rgrl.graph import Graph
from rgrl.presets import Preset
from rgrl.training import train


@dataclass(frozen=True)
class Evaluation:
    """The probe's report after an update.

    Attributes:
        update: Updates done; 0 is the untrained encoder.
        loss: Loss of that update, ``None`` for the untrained encoder.
        probe: Report of the paper's probe.
    """

    update: int
    loss: float | None
    probe: ProbeReport


@dataclass(frozen=True, eq=False)
class SeedRun:
    """What one seed gave.

    Attributes:
        seed: Seed of weights, views and anchors.
        curve: Every evaluation, the untrained encoder's first.
        best: The evaluation of best mean validation accuracy, the earliest at a tie.
        converged_best: Converged logistic regression on the chosen embedding.
        converged_last: The same on the last embedding.
        embedding: The chosen embedding, ``[N, d]``, on the CPU.
        parameters: Number of learned parameters.
        seconds: Wall-clock time of training and evaluation.
    """

    seed: int
    curve: tuple[Evaluation, ...]
    best: Evaluation
    converged_best: LogisticReport
    converged_last: LogisticReport
    embedding: Tensor
    parameters: int
    seconds: float

    @property
    def untrained(self) -> Evaluation:
        """The evaluation before any update."""
        return self.curve[0]

    @property
    def last(self) -> Evaluation:
        """The evaluation after the last update."""
        return self.curve[-1]


def run_seed(
    dataset: Dataset,
    graph: Graph,
    preset: Preset,
    *,
    seed: int,
    seeds: int,
    observer: Observer,
    cache: Path | None = None,
) -> SeedRun:
    """Train RGRL with one seed under the paper's protocol.

    The encoder is evaluated after updates 0, 1, 6, 11, … and the last. The evaluation of best mean validation
    accuracy over the splits is chosen; test accuracy takes no part in it. Evaluations draw nothing from the
    training's random stream.

    Args:
        dataset: Labels and splits.
        graph: The dataset's graph on the device to train on.
        preset: Settings.
        seed: Seed of weights, views and anchors.
        seeds: Number of seeds, for the display.
        observer: Told of progress.
        cache: Folder that keeps local anchors between runs.

    Returns:
        The curve and what was chosen of it.

    Raises:
        DivergedError: If the loss or the embedding is no longer finite.
    """
    start = time.perf_counter()
    generator = torch.Generator().manual_seed(seed)
    method = build_method(preset, graph.num_features, generator).to(graph.device)
    curve: list[Evaluation] = []
    best: Evaluation | None = None
    embedding = torch.empty(0)
    since_best = 0

    def evaluate(update: int, loss: float | None) -> None:
        nonlocal best, embedding, since_best
        current = method.embed(graph)
        try:
            checked_embeddings(current)
        except DataError as error:
            raise diverged(update, str(error)) from None
        evaluation = Evaluation(update, loss, linear_probe(current, graph.y, dataset.splits))
        curve.append(evaluation)
        since_best += 1
        if best is None or evaluation.probe.val_mean > best.probe.val_mean:
            best, embedding, since_best = evaluation, current.cpu(), 0
        observer.update(
            Moment(dataset.name, seed, seeds, update, preset.epochs, loss, evaluation.probe.val_mean)
        )

    def diverged(update: int, symptom: str) -> DivergedError:
        return DivergedError(
            f"{dataset.name}: the training of seed {seed} diverged at update {update}: {symptom} "
            f"(learning_rate is {preset.learning_rate:g}; a smaller one may hold)"
        )

    evaluate(0, None)
    updates = train(
        method,
        graph,
        epochs=preset.epochs,
        learning_rate=preset.learning_rate,
        weight_decay=preset.weight_decay,
        precision=preset.precision,
        generator=generator,
        cache=cache,
    )
    for update in updates:
        if not torch.isfinite(update.loss):
            raise diverged(update.number, f"the loss is {float(update.loss)}, a finite one is needed")
        if is_evaluated(update.number, epochs=preset.epochs, every=preset.eval_every):
            evaluate(update.number, float(update.loss))
            if since_best >= preset.patience:
                break
    assert best is not None
    last = method.embed(graph).cpu()
    converged = logistic_regression(embedding, dataset.graph.y, dataset.splits)
    same = best is curve[-1]
    return SeedRun(
        seed=seed,
        curve=tuple(curve),
        best=best,
        converged_best=converged,
        converged_last=converged if same else logistic_regression(last, dataset.graph.y, dataset.splits),
        embedding=embedding,
        parameters=sum(p.numel() for p in method.parameters() if p.requires_grad),
        seconds=time.perf_counter() - start,
    )
