"""Training with stops to evaluate at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import ceil, comb
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rgrl.bench.schedule import is_evaluated
from rgrl.errors import DivergedError
from rgrl.graph import Graph, graph_batches
from rgrl.methods import Method
from rgrl.presets import ReSSLPreset, TrainingPreset
from rgrl.training import Update, learning_rate_from_preset, train, train_on_batches


@dataclass(frozen=True)
class Stop:
    """A moment of the training at which the encoder is evaluated.

    Attributes:
        update: Updates done; 0 is the untrained encoder.
        loss: Loss of that update, ``None`` for the untrained encoder.
        out_of_time: Whether the budget is used up, and this is the last one therefore.
    """

    update: int
    loss: float | None
    out_of_time: bool = False


def pretrain(
    method: Method,
    graph: Graph,
    preset: TrainingPreset,
    *,
    generator: torch.Generator,
    name: str,
    graph_of_node: Tensor | None = None,
    cache: Path | None = None,
    budget_s: float | None = None,
) -> Iterator[Stop]:
    """Train as a preset says, and stop to evaluate after updates 0, 1, 1 + ``eval_every``, …, and the last.

    Args:
        method: Trained in place.
        graph: What it is trained on.
        preset: Settings.
        generator: Random stream of the training.
        name: What is trained, for messages.
        graph_of_node: Number of the graph that each node belongs to, where there are several; the preset's
            ``batch_size`` says how many of them are a batch.
        cache: Folder that keeps local anchors between runs.
        budget_s: Seconds, evaluations included, after which training ends with the update that is under way;
            ``None`` for no limit.

    Yields:
        Each stop. Whoever has seen enough takes no further one.

    Raises:
        DivergedError: If the loss is no longer finite.
    """
    start = time.perf_counter()
    yield Stop(0, None)
    for update in _updates(method, graph, preset, generator, graph_of_node, cache):
        if not torch.isfinite(update.loss):
            loss = float(update.loss)
            raise diverged(name, update.number, f"the loss is {loss}, a finite one is needed", preset)
        late = budget_s is not None and time.perf_counter() - start >= budget_s
        if late or is_evaluated(update.number, epochs=preset.epochs, every=preset.eval_every):
            yield Stop(update.number, float(update.loss), late)
        if late:
            return


def _updates(
    method: Method,
    graph: Graph,
    preset: TrainingPreset,
    generator: torch.Generator,
    graph_of_node: Tensor | None,
    cache: Path | None,
) -> Iterator[Update]:
    """As many updates as the preset has, on the graph or on batches of graphs."""
    settings: dict[str, Any] = {
        "learning_rate": learning_rate_from_preset(preset),
        "weight_decay": preset.weight_decay,
        "precision": preset.precision,
        "generator": generator,
    }
    size = preset.batch_size
    if size is None:
        return train(method, graph, epochs=preset.epochs, cache=cache, **settings)
    assert graph_of_node is not None
    numbers, graphs = graph_of_node, int(torch.unique(graph_of_node).numel())
    updates = train_on_batches(
        method,
        lambda: graph_batches(graph, numbers, batch_size=size, generator=generator),
        epochs=ceil(preset.epochs / ceil(graphs / size)),
        # Each batch has a file of its own there; where hardly any comes again, they would only pile up.
        cache=cache if comb(graphs, size) <= preset.epochs else None,
        **settings,
    )
    return islice(updates, preset.epochs)


def diverged(name: str, update: int, symptom: str, preset: TrainingPreset | ReSSLPreset) -> DivergedError:
    """The error of a training that went to infinity."""
    return DivergedError(
        f"{name} diverged at update {update}: {symptom} "
        f"(learning_rate is {preset.learning_rate:g}; a smaller one may hold)"
    )
