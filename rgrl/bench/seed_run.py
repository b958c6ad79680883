"""One pre-training seed: train, evaluate on the way, choose on validation."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rgrl.bench.observer import Moment, Observer
from rgrl.bench.pretrain import diverged, pretrain
from rgrl.errors import DataError
from rgrl.evaluate import BestEmbedding, ProbeReport
from rgrl.evaluate.checks import checked_embeddings
from rgrl.graph import Graph
from rgrl.methods import Method
from rgrl.presets import TrainingPreset

#: From an embedding to the scores that choose between updates (``val_mean``) and that are reported.
Probe = Callable[[Any], ProbeReport]


@dataclass(frozen=True)
class Evaluation:
    """The probe's report after an update.

    Attributes:
        update: Updates done; 0 is the untrained encoder. Of node2vec passes over the walks, the last in part.
        loss: Loss of that update, ``None`` for the untrained encoder.
        probe: Report of the probe; ``None`` where there are no labels to choose by.
    """

    update: float
    loss: float | None
    probe: ProbeReport | None


@dataclass(frozen=True, eq=False)
class SeedRun:
    """What one seed gave.

    Attributes:
        seed: Seed of weights, views and anchors.
        curve: Every evaluation, the untrained encoder's first.
        best: The evaluation of best mean validation score, the earliest at a tie; the last without labels.
        embedding: The chosen embedding, ``[N, d]``, on the CPU.
        last_embedding: The last one.
        ended_by: ``"epochs"``, ``"patience"`` or ``"budget"``.
        parameters: Number of learned parameters.
        seconds: Wall-clock time of training and evaluation.
    """

    seed: int
    curve: tuple[Evaluation, ...]
    best: Evaluation
    embedding: Tensor
    last_embedding: Tensor
    ended_by: str
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
    method: Method,
    graph: Graph,
    preset: TrainingPreset,
    *,
    probe: Probe | None,
    evaluated: Graph | None = None,
    name: str,
    seed: int,
    seeds: int,
    generator: torch.Generator,
    observer: Observer,
    graph_of_node: Tensor | None = None,
    cache: Path | None = None,
    budget_s: float | None = None,
) -> SeedRun:
    """Train a method with one seed under the paper's protocol.

    The encoder is evaluated after updates 0, 1, 1 + ``eval_every``, … and the last. The evaluation of best
    mean validation score over the splits is chosen; test scores take no part in it. Evaluations draw nothing
    from the training's random stream.

    Args:
        method: Trained in place.
        graph: What it is trained on.
        preset: Settings.
        probe: Scores an embedding; ``None`` where nothing can be scored, and the last embedding is chosen.
        evaluated: The graph whose nodes are embedded, where it is another than the one trained on.
        name: What is run, for the display.
        seed: Seed of weights, views and anchors.
        seeds: Number of seeds, for the display.
        generator: The seed's random stream, from which the method's weights came.
        observer: Told of progress.
        graph_of_node: Number of the graph that each node of ``graph`` belongs to, where there are several.
        cache: Folder that keeps local anchors between runs.
        budget_s: Seconds that training and its evaluations may take; ``None`` for no limit.

    Returns:
        The curve and what was chosen of it.

    Raises:
        DivergedError: If the loss or the embedding is no longer finite.
    """
    start = time.perf_counter()
    evaluated = graph if evaluated is None else evaluated
    what = f"{name}: the training of seed {seed}"
    curve: list[Evaluation] = []
    chosen, best, current = BestEmbedding(patience=preset.patience), Evaluation(0, None, None), torch.empty(0)
    ended_by = "epochs"
    stops = pretrain(
        method,
        graph,
        preset,
        generator=generator,
        name=what,
        graph_of_node=graph_of_node,
        cache=cache,
        budget_s=budget_s,
    )
    for stop in stops:
        current = method.embed(evaluated)
        try:
            checked_embeddings(current)
        except DataError as error:
            raise diverged(what, stop.update, str(error), preset) from None
        evaluation = Evaluation(stop.update, stop.loss, None if probe is None else probe(current))
        curve.append(evaluation)
        # Without a probe the last is chosen: a score that rises.
        if chosen.offer(stop.update, current, len(curve) if evaluation.probe is None else evaluation.probe):
            best, current = evaluation, chosen.embedding
        val = None if evaluation.probe is None else evaluation.probe.val_mean
        test = None if evaluation.probe is None else evaluation.probe.test_mean
        observer.update(Moment(name, seed, seeds, stop.update, preset.epochs, stop.loss, val, test))
        if stop.out_of_time and stop.update < preset.epochs:
            ended_by = "budget"
        elif chosen.is_over:
            ended_by = "patience"
            break
    return SeedRun(
        seed=seed,
        curve=tuple(curve),
        best=best,
        embedding=chosen.embedding,
        last_embedding=current.cpu(),
        ended_by=ended_by,
        parameters=sum(p.numel() for p in method.parameters() if p.requires_grad),
        seconds=time.perf_counter() - start,
    )
