"""How many rows of a large intermediate result stand in memory at a time."""

from __future__ import annotations

import torch

#: Entries of one block, by kind of device: on a CPU few enough to stay in the cache, elsewhere enough to keep
#: the device busy.
_ENTRIES = {"cpu": 1 << 21}
_ENTRIES_ELSEWHERE = 1 << 26


def block_rows(device: torch.device, width: int) -> int:
    """Rows of one block, at least 1, where each row has ``width`` entries."""
    return max(1, _ENTRIES.get(device.type, _ENTRIES_ELSEWHERE) // width)
