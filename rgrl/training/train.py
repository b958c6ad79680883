"""The training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from numbers import Integral
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.graph.require_graph import require_graph
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
        gives an :class:`Update`. Arguments are checked and the graph is planned at the call, and nothing is
        trained until the iterator is walked: ``for update in train(...): pass``.

    Raises:
        ConfigError: If a number is out of range, the precision unknown, or the graph on another device.
        DataError: If the graph is no :class:`rgrl.Graph`, or has no edges.
    """
    _require_numbers(epochs, learning_rate, weight_decay)
    _require_graph(graph, _device_of(method))
    return _updates(
        method,
        repeat(method.plan(graph, cache=cache), epochs),
        graph.device,
        learning_rate=learning_rate if callable(learning_rate) else lambda _: learning_rate,
        weight_decay=weight_decay,
        precision=settled_precision(precision, graph.device),
        generator=generator,
    )


def train_on_batches(
    method: Method,
    batches: Callable[[], Iterable[Graph]],
    *,
    epochs: int,
    learning_rate: float | Callable[[int], float] = 1e-3,
    weight_decay: float = 1e-5,
    precision: str = "fp32",
    generator: torch.Generator | None = None,
    cache: Path | None = None,
) -> Iterator[Update]:
    """Train on batches of whole graphs, one update a batch, and hand control back after each.

    What an update does is the same as in :func:`train`; each batch is planned when its turn comes, so that no
    more than two are in memory unless ``batches`` keeps them.

    Args:
        method: Trained in place.
        batches: Called at the beginning of each epoch; gives its batches, graphs on the method's device, such
            as :func:`rgrl.graph.graph_batches` does.
        epochs: How often ``batches`` is gone through.
        learning_rate: Above 0; or a function that gives the rate of an update (1 for the first, counted on
            from epoch to epoch).
        weight_decay: At least 0.
        precision: As for :func:`train`.
        generator: The one random stream of views and anchors; ``batches`` may draw from it too.
        cache: Folder that keeps local anchors by a batch's content: a batch that comes again is not computed
            again, and a file stays for each one that differs. It changes no number.

    Returns:
        An iterator that does an update each time it is asked for the next. Arguments are checked at the call.

    Raises:
        ConfigError: If a number is out of range, the precision unknown or ``batches`` no function; and, when
            its turn comes, if an epoch has no batch, or one is on another device.
        DataError: When its turn comes, if a batch has no edges or is no graph.

    Example:
        >>> import rgrl
        >>> from rgrl.graph import graph_batches
        >>> from rgrl.graph.augment import EdgeDrop
        >>> from rgrl.nn import GCNEncoder
        >>> graphs = rgrl.Graph.from_edge_index([[0, 1, 2, 3], [1, 0, 3, 2]], x=torch.eye(4))
        >>> number, draw = torch.tensor([0, 0, 1, 1]), torch.Generator().manual_seed(0)
        >>> model = rgrl.RGRL(GCNEncoder(4, (8,)), views=(EdgeDrop(0.1), EdgeDrop(0.1)), num_anchors=2)
        >>> epoch = lambda: graph_batches(graphs, number, batch_size=1, generator=draw)
        >>> [update.number for update in train_on_batches(model, epoch, epochs=3, generator=draw)]
        [1, 2, 3, 4, 5, 6]
    """
    _require_numbers(epochs, learning_rate, weight_decay)
    if not callable(batches):
        kind = type(batches).__name__
        raise ConfigError(f"batches is a {kind}: a function that gives an epoch's graphs is needed")
    device = _device_of(method)
    return _updates(
        method,
        (method.plan(graph, cache=cache) for graph in _walked(batches, epochs, device)),
        device,
        learning_rate=learning_rate if callable(learning_rate) else lambda _: learning_rate,
        weight_decay=weight_decay,
        precision=settled_precision(precision, device),
        generator=generator,
    )


def _walked(batches: Callable[[], Iterable[Graph]], epochs: int, device: torch.device) -> Iterator[Graph]:
    for epoch in range(1, epochs + 1):
        count = 0
        for graph in batches():
            count += 1
            _require_graph(graph, device)
            yield graph
        if count == 0:  # an iterator that is given twice is empty the second time
            raise ConfigError(
                f"batches gave no graph in epoch {epoch}: each call must give an epoch's batches"
            )


def _require_graph(graph: Graph, device: torch.device) -> None:
    require_graph(graph)
    if graph.device != device:
        raise ConfigError(f"the graph is on {graph.device} and the model on {device}: one device is needed")


def _device_of(method: Method) -> torch.device:
    learned = next(iter(method.parameters()), None)
    if learned is None:
        raise ConfigError(f"the {type(method).__name__} has no parameters: there is nothing to train")
    return learned.device


def _require_numbers(epochs: int, learning_rate: float | Callable[[int], float], weight_decay: float) -> None:
    if not isinstance(epochs, Integral) or epochs < 0:
        raise ConfigError(f"epochs is {epochs}: a whole number of at least 0 is needed")
    if not callable(learning_rate) and not learning_rate > 0:
        raise ConfigError(f"learning_rate is {learning_rate}: a number above 0 is needed")
    if not weight_decay >= 0:
        raise ConfigError(f"weight_decay is {weight_decay}: a number of at least 0 is needed")


def _updates(
    method: Method,
    plans: Iterable[Any],
    device: torch.device,
    *,
    learning_rate: Callable[[int], float],
    weight_decay: float,
    precision: Precision,
    generator: torch.Generator | None,
) -> Iterator[Update]:
    learned = [parameter for parameter in method.parameters() if parameter.requires_grad]
    with keep_freed_memory():
        optimizer = AdamW(learned, lr=0.0, weight_decay=weight_decay)  # each update sets the rate
        for number, plan in enumerate(plans, start=1):
            method.train()  # each time: between two updates the caller may have called eval
            optimizer.zero_grad()
            loss = torch.zeros((), device=device)
            with products(precision, device), torch.enable_grad():  # whatever the caller has set
                for part in method.losses(plan, generator):
                    part.backward()  # type: ignore[no-untyped-call]
                    loss += part.detach()
            optimizer.lr = learning_rate(number)
            optimizer.step()
            method.after_update()
            yield Update(number, loss)
