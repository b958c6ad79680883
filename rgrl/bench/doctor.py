"""What the command ``doctor`` does: it looks at the installation and says what is missing or broken."""

from __future__ import annotations

import importlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rgrl.bench.environment import versions
from rgrl.bench.requirement import Requirement, requirements
from rgrl.errors import InstallationError, RGRLError

#: Where the module has another name than the package.
_MODULES = {"torch-geometric": "torch_geometric", "scikit-learn": "sklearn"}

#: For those who work on the package itself.
_OF_DEVELOPERS = ("docs", "notebooks", "test", "test-slow")


def doctor(root: Path | None, *, as_json: bool) -> None:
    """Print what is there and what is not.

    Raises:
        InstallationError: At the end, if something that every command needs does not work.
    """
    found = examine(root)
    if as_json:
        print(json.dumps(found, allow_nan=False))
    else:
        _show(found)
    if found["problems"]:
        raise InstallationError("; ".join(found["problems"]))


def examine(root: Path | None) -> dict[str, Any]:
    """Look at everything; ``problems`` holds what keeps the base from working, ``warnings`` what slows it."""
    needed = requirements()
    problems = _broken([each for each in needed if each.extra is None])
    if not needed:
        problems.append("rgrl is not installed, so nobody knows what it needs: pip install rgrl's folder")
    found: dict[str, Any] = {"versions": versions()}
    for part, look in (
        ("machine", _machine),
        ("kernels", _kernels),
        ("cache", _cache),
        ("data", lambda: _data(root)),
    ):
        try:
            found[part] = look()
        except Exception as error:  # whatever a broken installation makes of it
            found[part] = None
            problems.append(f"{part}: {_words(error)}")
    found["extras"] = _extras(needed)
    found["warnings"] = _warnings(found)
    found["problems"] = list(dict.fromkeys(problems))
    return found


def _broken(needed: Sequence[Requirement]) -> list[str]:
    """Each package of the base that is missing, too old or cannot be imported."""
    problems = []
    for each in needed:
        if each.missing is not None:
            problems.append(each.missing)
            continue
        try:
            importlib.import_module(_MODULES.get(each.name, each.name))
        except Exception as error:  # a broken package raises what it likes
            problems.append(f"{each.name} cannot be imported: {_words(error)}")
    return problems


def _machine() -> dict[str, Any]:
    from rgrl.bench.machine import machine

    return machine()


def _kernels() -> dict[str, Any]:
    """Compile a kernel, or find it compiled, and hold it against torch."""
    import torch

    from rgrl.kernels.launch import shares_threads
    from rgrl.kernels.normalize_rows import normalize_rows

    rows = torch.arange(1.0, 13.0).reshape(4, 3)
    out, length = torch.empty_like(rows), torch.empty(4)
    normalize_rows(rows, out, length)
    if not torch.allclose(out, torch.nn.functional.normalize(rows)):
        raise ArithmeticError("a compiled kernel gives other numbers than torch")
    return {"compiled": True, "on_torch_threads": shares_threads()}


def _data(root: Path | None) -> dict[str, Any]:
    from rgrl.datasets import DATASETS, on_disk
    from rgrl.datasets.sources import data_root

    own = data_root(root)
    there = {name: on_disk(name, root=root) for name in DATASETS}
    return {
        "root": None if own is None else str(own),
        "found": [name for name, found in there.items() if found],
        "missing": [name for name, found in there.items() if not found],
    }


def _cache() -> dict[str, Any]:
    from rgrl.datasets.sources import cache_root

    path = cache_root()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        return {"path": str(path), "writable": False, "reason": error.strerror, "free_bytes": None}
    return {"path": str(path), "writable": True, "reason": None, "free_bytes": shutil.disk_usage(path).free}


def _extras(needed: Sequence[Requirement]) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    for each in needed:
        if each.extra is None or each.extra in _OF_DEVELOPERS:
            continue
        extra = extras.setdefault(each.extra, {"missing": [], "install": f"pip install 'rgrl[{each.extra}]'"})
        if each.missing is not None:
            extra["missing"].append(each.missing)
    return dict(sorted(extras.items()))


def _warnings(found: Mapping[str, Any]) -> list[str]:
    """Combinations that work and that one would rather not have."""
    told = []
    if (machine := found["machine"]) is not None:
        threads, cores = machine["torch_threads"], machine["usable_cores"]
        if threads > max(1, cores):
            told.append(
                f"torch has {threads} threads for {cores:g} usable cores: "
                f"set OMP_NUM_THREADS={max(1, int(cores))}"
            )
        elif threads < int(cores) and machine["OMP_NUM_THREADS"] is not None:
            told.append(f"OMP_NUM_THREADS leaves {threads} of {int(cores)} usable cores to one run")
    if (kernels := found["kernels"]) is not None and not kernels["on_torch_threads"]:
        told.append("torch has no libgomp of its own: kernels run on threads that contend with torch's")
    if (cache := found["cache"]) is not None and not cache["writable"]:
        told.append(
            f"the cache {cache['path']} cannot be written ({cache['reason']}): nothing is fetched or kept; "
            "set RGRL_CACHE to a folder that can"
        )
    return told


def _words(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, RGRLError) else f"{type(error).__name__}: {text}"


def _show(found: Mapping[str, Any]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in _lines(found):
        table.add_row(Text(name), Text(text))
    console.print(table)


def _lines(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [
        ("versions", ", ".join(f"{name} {number}" for name, number in found["versions"].items() if number))
    ]
    if (machine := found["machine"]) is not None:
        units = [name for name in ("avx512", "native_bf16", "amx") if machine[name]]
        own, cores = machine["OMP_NUM_THREADS"], f"{machine['usable_cores']:g} usable cores"
        lines += [
            ("processor", f"{machine['processor']}; {', '.join(units) or 'neither AVX-512 nor bfloat16'}"),
            (
                "threads",
                f"{machine['torch_threads']} for {cores} of {machine['cores']}"
                + ("" if own is None else f" (OMP_NUM_THREADS={own})"),
            ),
            ("GPUs", ", ".join(machine["gpus"]) or "none"),
        ]
    if (kernels := found["kernels"]) is not None:
        lines.append(
            ("kernels", f"compiled, on {'torch' if kernels['on_torch_threads'] else 'their own'} threads")
        )
    if (cache := found["cache"]) is not None:
        free = f"{cache['free_bytes'] / 1e9:.1f} GB free" if cache["writable"] else "not writable"
        lines.append(("cache", f"{cache['path']}: {free}"))
    if (data := found["data"]) is not None:
        lines += [
            ("RGRL_DATA", data["root"] or "not set"),
            ("on disk", ", ".join(data["found"]) or "none"),
            ("not on disk", ", ".join(data["missing"]) or "none"),
        ]
    for name, extra in found["extras"].items():
        told = f"{'; '.join(extra['missing'])}: {extra['install']}" if extra["missing"] else "installed"
        lines.append((f"extra {name}", told))
    lines += [("warning", text) for text in found["warnings"]]
    lines.append(("state", "broken" if found["problems"] else "ready"))
    return lines
