"""Room for what a computation needs for a moment, which a training takes again in every update."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

_lock = threading.RLock()  # a forgotten training may be cleaned up while its own thread holds it
_free: list[Tensor] = []
_keepers = 0


@contextmanager
def keep_workspaces() -> Iterator[None]:
    """Keep workspaces that are given back, for whoever asks next, until the last such block is left.

    Among a process's other memory a small block that stays would soon take a corner of a large one that was
    freed, and the next large one would need new room; so that several came to be held.
    """
    global _keepers
    with _lock:
        _keepers += 1
    try:
        yield
    finally:
        with _lock:
            _keepers -= 1
            if not _keepers:
                _free.clear()


def keeps_workspaces() -> bool:
    """Whether a workspace that is given back will be there again."""
    return _keepers > 0


@contextmanager
def workspace(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Iterator[Tensor]:
    """A tensor with anything in it, for the block's own use: nothing of it may be read afterwards."""
    if device.type != "cpu":  # whose memory torch looks after
        yield torch.empty(shape, dtype=dtype, device=device)
        return
    size = dtype.itemsize * math.prod(shape)
    with _lock:
        _free.sort(key=torch.Tensor.numel)
        place = next((place for place, room in enumerate(_free) if room.numel() >= size), -1)
        held = _free.pop(place) if _free else None
    if held is None or held.numel() < size:
        held = None  # before there is another
        held = torch.empty(size, dtype=torch.uint8, device="cpu")
    try:
        yield held[:size].view(dtype).view(shape)
    finally:
        with _lock:
            if _keepers:
                _free.append(held)
