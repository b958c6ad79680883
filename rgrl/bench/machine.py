"""What the machine has that decides how fast a training is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rgrl.bench.environment import hardware

#: Where Linux says how much of the cores a container may use: version 2 in one file, version 1 in two.
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_QUOTA_1 = (Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us"))


def machine() -> dict[str, Any]:
    """Processor, cores, threads, its units for products, and GPUs; torch is loaded."""
    import torch

    from rgrl.training.precision import has_native_bf16

    return {
        "processor": hardware("cpu")["name"],
        "cores": os.cpu_count(),
        "usable_cores": usable_cores(),
        "torch_threads": torch.get_num_threads(),
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS"),
        "avx512": _has("_is_avx512_supported"),
        "native_bf16": has_native_bf16(),
        "amx": _has("_is_amx_tile_supported"),
        "gpus": [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())],
    }


def usable_cores() -> float:
    """Cores that this process may use: by its affinity, and by the share that a container has."""
    cores: float = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota()
    return cores if quota is None else min(cores, quota)


def _quota() -> float | None:
    try:
        if _QUOTA.exists():
            allowed, period = _QUOTA.read_text().split()
        else:
            allowed, period = (path.read_text().strip() for path in _QUOTA_1)
        return float(allowed) / float(period) if float(allowed) > 0 else None
    except (OSError, ValueError):  # no container, or "max"
        return None


def _has(probe: str) -> bool:
    import torch

    ask = getattr(torch.cpu, probe, None)
    return bool(ask()) if ask is not None else False
