"""Past teacher rows as anchors, first in, first out."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError


class AnchorQueue(nn.Module):
    """The last m rows of a teacher, in a ring: the anchors of ReSSL (Zheng et al., NeurIPS 2021).

    It starts with random rows of length 1. Each row that is put in takes the place of the oldest one; a batch
    may have any number of rows up to m. ``rows``, ``[m, d]``, is the anchors as they lie in memory, in no
    order that matters to a softmax: nothing is copied to read them, and a batch overwrites only its own
    places. Both the rows and the place of the oldest are part of the state dict.

    Args:
        size: m, number of anchors.
        width: d, width of a row.
        generator: Random stream of the first rows.

    Raises:
        ConfigError: If a size is below 1.

    Example:
        >>> queue = AnchorQueue(3, 2)
        >>> queue.enqueue(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
        >>> queue.enqueue(torch.tensor([[0.6, 0.8], [0.8, 0.6]]))
        >>> queue.oldest_first().tolist()
        [[0.0, 1.0], [0.6..., 0.8...], [0.8..., 0.6...]]
    """

    rows: Tensor
    position: Tensor

    def __init__(self, size: int, width: int, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        for name, value in (("size", size), ("width", width)):
            if value < 1:
                raise ConfigError(f"the queue's {name} is {value}: at least 1 is needed")
        self.register_buffer("rows", F.normalize(torch.randn(size, width, generator=generator), dim=1))
        self.register_buffer("position", torch.zeros((), dtype=torch.int64))

    @property
    def size(self) -> int:
        """Number of anchors, m."""
        return self.rows.shape[0]

    @torch.no_grad()
    def enqueue(self, batch: Tensor) -> None:
        """Put rows ``[b, d]`` in, the first one first, in place of the b oldest.

        The places are counted on the queue's device, so that a step never waits for it.

        Raises:
            DataError: If the rows have another width, or are more than the queue holds.
        """
        if batch.ndim != 2 or batch.shape[1] != self.rows.shape[1]:
            raise DataError(f"the batch is {list(batch.shape)}: rows [b, {self.rows.shape[1]}] are needed")
        if batch.shape[0] > self.size:
            raise DataError(f"the batch has {batch.shape[0]} rows: the queue holds {self.size} at most")
        places = torch.arange(batch.shape[0], device=self.rows.device)
        self.rows.index_copy_(0, (places + self.position) % self.size, batch.to(self.rows))
        self.position.add_(batch.shape[0]).remainder_(self.size)

    def oldest_first(self) -> Tensor:
        """Return a copy of the rows in the order in which they came, ``[m, d]``."""
        return self.rows.roll(-int(self.position), 0)

    def extra_repr(self) -> str:
        """Return the sizes for ``repr``."""
        return f"{self.size}, {self.rows.shape[1]}"
