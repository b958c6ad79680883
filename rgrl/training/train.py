"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.methods import Method
from rgrl.training.adamw import AdamW
from rgrl.training.keep_freed_memory import keep_freed_memory
from rgrl.training.precision import Precision, products, settled_precision


@dataclass(frozen=True)
class Update:
    """One finished update.

    Attributes:
        number: 1 for the first.
        loss: The loss before the step, a scalar tensor without gradient; still on the device.
    """

    number: int
    loss: Tensor


def train(
    method: Method,
    graph: Graph,
    *,
    epochs: int,
    learning_rate: float | Callable[[int], float] = 1e-3,
    weight_decay: float = 1e-5,
    precision: str = "fp32",
    generator: torch.Generator | None = None,
    cache: Path | None = None,
) -> Iterator[Update]:
    """Train by full-batch updates, one an epoch, and hand control back after each.

    The optimiser is the paper's: AdamW, weight decay on all parameters. Between two updates the caller may
    evaluate, save or stop; embedding draws nothing from ``generator``.

    Args:
        method: Trained in place.
        graph: On the method's device.
        epochs: Number of updates.
        learning_rate: Above 0; or a function that gives the rate of an update (1 for the first), such as
            :func:`rgrl.training.cosine_schedule`.
        weight_decay: At least 0.
        precision: ``"fp32"``, ``"bf16"`` for products and activations in bfloat16, or ``"auto"`` for bfloat16
            where the processor has it; see :func:`rgrl.training.products`.
        generator: The one random stream of views and anchors.
        cache: Folder that keeps local anchors between runs; it changes no number.

    Returns:
        An iterator that does an update each time it is asked for the next, the teacher's step included, and
        gives an :class:`Update`. Arguments are checked and the graph is planned at the call.

    Raises:
        ConfigError: If a number is out of range, or the precision unknown.
        DataError: If the graph has no edges.
    """
    if epochs < 0:
        raise ConfigError(f"epochs is {epochs}: a whole number of at least 0 is needed")
    if not callable(learning_rate) and not learning_rate > 0:
        raise ConfigError(f"learning_rate is {learning_rate}: a number above 0 is needed")
    if not weight_decay >= 0:
        raise ConfigError(f"weight_decay is {weight_decay}: a number of at least 0 is needed")
    return _updates(
        method,
        method.plan(graph, cache=cache),
        graph.device,
        epochs=epochs,
        learning_rate=learning_rate if callable(learning_rate) else lambda _: learning_rate,
        weight_decay=weight_decay,
        precision=settled_precision(precision, graph.device),
        generator=generator,
    )


def _updates(
    method: Method,
    plan: Any,
    device: torch.device,
    *,
    epochs: int,
    learning_rate: Callable[[int], float],
    weight_decay: float,
    precision: Precision,
    generator: torch.Generator | None,
) -> Iterator[Update]:
    learned = [parameter for parameter in method.parameters() if parameter.requires_grad]
    method.train()
    with keep_freed_memory():
        optimizer = AdamW(learned, lr=learning_rate(1), weight_decay=weight_decay)
        for number in range(1, epochs + 1):
            optimizer.zero_grad()
            loss = torch.zeros((), device=device)
            with products(precision, device):
                for part in method.losses(plan, generator):
                    part.backward()  # type: ignore[no-untyped-call]
                    loss += part.detach()
            optimizer.lr = learning_rate(number)
            optimizer.step()
            method.after_update()
            yield Update(number, loss)
