"""Torch's global random stream, lent and put back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_LENT = threading.RLock()


@contextmanager
def lent_global_stream() -> Iterator[torch.Generator]:
    """Give the global stream of the CPU to what knows no other, and put its state back afterwards.

    One thread has it at a time. A thread that draws from it without asking is not kept from that.
    """
    with _LENT:
        state = torch.default_generator.get_state()
        try:
            yield torch.default_generator
        finally:
            torch.default_generator.set_state(state)
