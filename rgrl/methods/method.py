"""What the training loop needs of a method."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from rgrl.graph import Graph


class Method(Protocol):
    """A way to learn node representations: an ``nn.Module`` that says how a graph becomes a loss.

    Whatever has these functions can be trained by :func:`rgrl.train` and measured by the benchmark.
    """

    def plan(self, graph: Graph, *, cache: Path | None = None) -> Any:
        """Compute what stays the same between updates; refuse a graph that the method cannot take."""
        ...

    def losses(self, plan: Any, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        """Yield the loss of one update in scalars that share no activations; the loss is their sum."""
        ...

    def after_update(self) -> None:
        """Do what follows the optimiser's step, such as moving a teacher."""
        ...

    def embed(self, graph: Graph) -> Tensor:
        """Embed the nodes, ``[N, d]``, on the graph's device; changes nothing."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """The parameters, as of any module."""
        ...

    def train(self, mode: bool = True) -> Any:
        """Switch to training, as of any module."""
        ...
