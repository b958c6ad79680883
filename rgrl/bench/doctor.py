"""What the command ``doctor`` does: it looks at the installation and says what is missing or broken."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rgrl.bench.environment import versions
from rgrl.bench.installed_package import (
    import_fault,
    imported_from,
    imported_version,
    reinstalling,
    words,
)
from rgrl.bench.requirement import Requirement, requirements, version_numbers
from rgrl.errors import InstallationError

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
    needed = [each for each in requirements() if each.extra not in _OF_DEVELOPERS]
    faults = {each.name: import_fault(each.name) for each in needed if each.found is not None}
    problems = [
        fault
        for each in needed
        if each.extra is None and (fault := each.missing or faults[each.name]) is not None
    ]
    if not needed:
        problems.append("rgrl is not installed, so nobody knows what it needs: pip install rgrl's folder")
    known = versions()
    declared = known | {each.name: each.found for each in needed}
    found: dict[str, Any] = {"versions": known, "imported": _imported(declared)}
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
            problems.append(f"{part}: {words(error)}")
    found["extras"] = _extras(needed, faults)
    found["warnings"] = _stale(declared, found["imported"]) + _warnings(found)
    found["problems"] = list(dict.fromkeys(problems))
    return found


def _imported(declared: Mapping[str, str | None]) -> dict[str, str]:
    """The version of each module that says another than its package's metadata."""
    own = {name: imported_version(name) for name in declared}
    return {
        name: version
        for name, version in own.items()
        if version is not None and version_numbers(version) != version_numbers(declared[name] or version)
    }


def _stale(declared: Mapping[str, str | None], imported: Mapping[str, str]) -> list[str]:
    return [
        f"{name} is {declared[name]} by its metadata, but what is imported from {imported_from(name)} says "
        f"{version}: {reinstalling(name)}"
        for name, version in imported.items()
    ]


def _machine() -> dict[str, Any]:
    from rgrl.bench.machine import machine

    return machine()


def _kernels() -> dict[str, Any]:
    """Compile a kernel, or find it compiled, and hold it against torch."""
    import torch

    from rgrl.kernels.code_cache import CACHE
    from rgrl.kernels.launch import shares_threads
    from rgrl.kernels.normalize_rows import normalize_rows

    rows = torch.arange(1.0, 13.0).reshape(4, 3)
    out, length = torch.empty_like(rows), torch.empty(4)
    normalize_rows(rows, out, length)
    if not torch.allclose(out, torch.nn.functional.normalize(rows)):
        raise ArithmeticError("a compiled kernel gives other numbers than torch")
    return {"compiled": True, "on_torch_threads": shares_threads(), "kept": CACHE}


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


def _extras(needed: Sequence[Requirement], faults: Mapping[str, str | None]) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    for each in needed:
        if each.extra is None:
            continue
        extra = extras.setdefault(
            each.extra, {"missing": [], "broken": [], "install": f"pip install 'rgrl[{each.extra}]'"}
        )
        if each.missing is not None:
            extra["missing"].append(each.missing)
        elif (fault := faults[each.name]) is not None:
            extra["broken"].append(fault)
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
    if kernels is not None and not kernels["kept"]:
        told.append(
            "compiled code cannot be kept: every process compiles anew; NUMBA_CACHE_DIR names a place"
        )
    if (cache := found["cache"]) is not None and not cache["writable"]:
        told.append(
            f"the cache {cache['path']} cannot be written ({cache['reason']}): nothing is fetched or kept; "
            "set RGRL_CACHE to a folder that can"
        )
    return told


def _show(found: Mapping[str, Any]) -> None:
    if import_fault("rich") is not None:
        print("\n".join(f"{name:<18} {text}" for name, text in _lines(found)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False)
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in _lines(found):
        table.add_row(Text(name), Text(text))
    console.print(table)


def _lines(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    imported = {name: f" (imported: {version})" for name, version in found["imported"].items()}
    told = [
        f"{name} {number}{imported.get(name, '')}" for name, number in found["versions"].items() if number
    ]
    lines = [("versions", ", ".join(told))]
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
        missing = [f"{'; '.join(extra['missing'])}: {extra['install']}"] if extra["missing"] else []
        lines.append((f"extra {name}", "; ".join([*missing, *extra["broken"]]) or "installed"))
    lines += [("warning", text) for text in found["warnings"]]
    lines.append(("state", "broken" if found["problems"] else "ready"))
    return lines
