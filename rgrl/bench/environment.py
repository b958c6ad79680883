"""Where a result was made: versions, hardware, memory, command."""

from __future__ import annotations

import platform
import re
import resource
import shlex
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = (
    "rgrl",
    "torch",
    "torch-geometric",
    "numpy",
    "scipy",
    "scikit-learn",
    "networkx",
    "numba",
    "ogb",
    "safetensors",
    "torch-scatter",
    "kornia",
    "pillow",
)


def versions() -> dict[str, str | None]:
    """Versions of Python and of the packages that can change a result; ``None`` for one not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def hardware(device: str) -> dict[str, Any]:
    """Processor, threads, and the device's name."""
    import torch

    name = torch.cuda.get_device_name(device) if device.startswith("cuda") else _processor()
    return {"device": device, "name": name, "threads": torch.get_num_threads()}


def peak_memory_bytes(device: str) -> int:
    """Largest memory use since `forget_peak_memory`: of this process, or of the allocator on a GPU."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.max_memory_allocated(device)
    try:  # getrusage on Linux would count the parent's memory before the process became this program
        status = Path("/proc/self/status").read_text()
    except OSError:
        status = ""
    if mark := re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE):  # some containers leave it out
        return int(mark[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def forget_peak_memory(device: str) -> None:
    """Let the peak of earlier runs in this process not count for later ones, where the system can do that."""
    if device.startswith("cuda"):
        import torch

        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            torch.cuda.reset_peak_memory_stats(device)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # Linux: the high-water mark is what is in use now


def command() -> str:
    """The command that is running, as it can be typed again."""
    program = Path(sys.argv[0]).name
    called = ["python", "-m", "rgrl.bench"] if program == "__main__.py" else [program]
    return shlex.join([*called, *sys.argv[1:]])


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
