"""The benchmarks run, on the smallest input that each takes; what they measure is not looked at here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

#: Script, arguments, and keys that an object of its output has, by which the documentation names its figures.
_RUNS = [
    ("step", "karate --repeats 1 --json", {"ms", "reference_ms", "floor_ms", "peak_bytes"}),
    (
        "end_to_end",
        "karate --epochs 2 --repeats 1 --reference-updates 1 --reference-evaluations 1 --json",
        {"seconds", "reference_seconds", "vs_reference", "vs_reference_updates_and_evaluations"},
    ),
    ("probe", "karate:8 --repeats 1", {"probe_s", "reference_s", "converged_s", "vs_reference"}),
    ("ppr", "karate:2 --repeats 1 --no-memory", {"seconds", "cached_s", "cached_is_the_same"}),
    ("memory", "--nodes 100 --features 50 --edges 300 --density 0.1", {"rise_bytes", "dense_features_bytes"}),
    ("kernels", "karate --repeats 1", {"pass", "ms", "torch_ms", "ratio"}),
    ("growth", "100 200 --updates 1 --json", {"exponent", "exponent_met", "peak_met"}),
    (
        "split_draws",
        "karate --seeds 2 --draws 2 --epochs 2 --reference",
        {"test_own_splits", "test_mean", "test_std_seeds", "test_std_draws"},
    ),
    (
        "image_step",
        "--queues 64 --widths 8 --batch 8 --backbone 2 --repeats 1 --json",
        {"ms", "products_ms", "vs_products", "reference_ms", "rise_bytes", "reference_rise_bytes"},
    ),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("script", "arguments", "keys"), _RUNS, ids=[script for script, _, _ in _RUNS])
def test_a_benchmark_gives_what_the_documentation_reads_off_it(
    script: str, arguments: str, keys: set[str]
) -> None:
    if script == "image_step":
        pytest.importorskip("kornia")
    command = [sys.executable, str(_BENCHMARKS / f"{script}.py"), *arguments.split()]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    objects = [found for line in ran.stdout.splitlines() if (found := _object(line)) is not None]
    first = next((row for row in objects if keys <= row.keys()), None)
    assert first is not None, f"no object has {sorted(keys)}: {ran.stdout}"
    assert all(first[key] > 0 for key in keys if key.endswith(("ms", "_s", "seconds")))


def _object(line: str) -> dict[str, Any] | None:
    return json.loads(line) if line.startswith("{") else None
