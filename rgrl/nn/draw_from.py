"""Initial weights of modules that know only torch's global random stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from rgrl.global_stream import lent_global_stream


@contextmanager
def draw_from(generator: torch.Generator | None) -> Iterator[None]:
    """Let modules built inside draw their weights from ``generator``, and leave torch's global stream alone.

    PyG's and torch's own layers have no argument for a generator. Inside, the global stream of the CPU starts
    at a seed that is drawn from ``generator``; afterwards its state is put back. Threads wait for each other.

    Args:
        generator: On the CPU; ``None`` draws the seed from the global stream.

    Example:
        >>> with draw_from(torch.Generator().manual_seed(0)):
        ...     first = torch.nn.Linear(3, 2)
        >>> with draw_from(torch.Generator().manual_seed(0)):
        ...     second = torch.nn.Linear(3, 2)
        >>> torch.equal(first.weight, second.weight)
        True
    """
    seed = int(torch.randint(2**63 - 1, (), generator=generator))
    with lent_global_stream() as stream:
        stream.manual_seed(seed)  # torch.manual_seed would move other devices' streams too
        yield
