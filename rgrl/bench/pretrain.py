"""Training with stops to evaluate at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from rgrl.bench.schedule import is_evaluated
from rgrl.errors import DivergedError
from rgrl.graph import Graph
from rgrl.methods import Method
from rgrl.presets import TrainingPreset
from rgrl.training import cosine_schedule, train


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
    cache: Path | None = None,
    budget_s: float | None = None,
) -> Iterator[Stop]:
    """Train as a preset says, and stop after updates 0, 1, 6, 11, … and the last for an evaluation.

    Args:
        method: Trained in place.
        graph: What it is trained on.
        preset: Settings.
        generator: Random stream of the training.
        name: What is trained, for messages.
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
    updates = train(
        method,
        graph,
        epochs=preset.epochs,
        learning_rate=_learning_rate(preset),
        weight_decay=preset.weight_decay,
        precision=preset.precision,
        generator=generator,
        cache=cache,
    )
    for update in updates:
        if not torch.isfinite(update.loss):
            loss = float(update.loss)
            raise diverged(name, update.number, f"the loss is {loss}, a finite one is needed", preset)
        late = budget_s is not None and time.perf_counter() - start >= budget_s
        if late or is_evaluated(update.number, epochs=preset.epochs, every=preset.eval_every):
            yield Stop(update.number, float(update.loss), late)
        if late:
            return


def diverged(name: str, update: int, symptom: str, preset: TrainingPreset) -> DivergedError:
    """The error of a training that went to infinity."""
    return DivergedError(
        f"{name} diverged at update {update}: {symptom} "
        f"(learning_rate is {preset.learning_rate:g}; a smaller one may hold)"
    )


def _learning_rate(preset: TrainingPreset) -> float | Callable[[int], float]:
    if preset.schedule == "constant" or preset.epochs == 0:
        return preset.learning_rate
    warmup = min(preset.warmup, max(0, preset.epochs - 1))  # of a run that --epochs made short
    return cosine_schedule(preset.learning_rate, epochs=preset.epochs, warmup=warmup)
