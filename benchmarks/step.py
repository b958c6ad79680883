"""One update of RGRL: this package, the straightforward step of ``reference.py``, the floor of ``floor.py``.

    python benchmarks/step.py                                  # Cora, Citeseer, Pubmed, Computers, CS
    python benchmarks/step.py cora synthetic:20000,200000,500,0.02 --json
    python benchmarks/step.py cs --precision bf16 --out benchmarks/results/step.jsonl

The three are timed in turns in one process; each figure is a median, of means over as many calls in a row as
fill a tenth of a second. Peak memory is that of a process of its own which loads the dataset and does two
updates.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from floor import products
from inputs import load_input

from rgrl.bench.build import build_method
from rgrl.bench.environment import hardware, peak_memory_bytes, versions
from rgrl.training import train

DATASETS = ["cora", "citeseer", "pubmed", "computers", "cs"]


def main() -> None:
    """Measure, print and store."""
    arguments = parse()
    if arguments.peak_of is not None:
        print(peak(arguments))
        return
    if arguments.repeats < 1:
        sys.exit(f"error: --repeats is {arguments.repeats}: at least 1 is needed")
    rows = []
    for name in arguments.inputs:
        rows.append(measure(name, arguments))
        print(json.dumps(rows[-1]) if arguments.json else described(rows[-1]), flush=True)
    rows.append(summary(rows))
    print(json.dumps(rows[-1]) if arguments.json else json.dumps(rows[-1], indent=1))
    if arguments.out is not None:
        with arguments.out.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("inputs", nargs="*", default=DATASETS, help="datasets, or synthetic:N,E,F,density")
    parser.add_argument("--preset", help="default: the dataset's own; rgrl-cs for a synthetic graph")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--no-reference", action="store_true", help="for graphs that it cannot hold")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and nothing else")
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    parser.add_argument("--peak-of", choices=["package", "reference"], help=argparse.SUPPRESS)
    return parser.parse_args()


def stepper(name: str, arguments: argparse.Namespace, which: str) -> Callable[[], object]:
    """Return a function that does one update."""
    graph, preset = load_input(name, arguments.preset)
    graph = graph.to(arguments.device)
    generator = torch.Generator().manual_seed(0)
    method = build_method(preset, graph.num_features, generator).to(arguments.device)
    if which == "reference":
        from reference import ReferenceStep  # its PyG must not count as the package's memory

        return ReferenceStep(preset, method.plan(graph)).step
    updates = train(
        method,
        graph,
        epochs=sys.maxsize,
        learning_rate=preset.learning_rate,
        weight_decay=preset.weight_decay,
        generator=generator,
    )
    return lambda: next(updates)


def timed(run: Callable[[], object], device: str, calls: int) -> float:
    """Milliseconds of one call, over some in a row as in training, after one that warms the caches."""
    run()
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        run()
    if device != "cpu":
        torch.cuda.synchronize()
    return 1e3 * (time.perf_counter() - start) / calls


def measure(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one input."""
    steps = {"ms": stepper(name, arguments, "package")}
    if not arguments.no_reference:
        steps["reference_ms"] = stepper(name, arguments, "reference")
    graph, preset = load_input(name, arguments.preset)
    graph = graph.to(arguments.device)
    plan = build_method(preset, graph.num_features, torch.Generator()).plan(graph)
    dtype = torch.bfloat16 if arguments.precision == "bf16" else torch.float32
    floor = products(preset, plan, dtype)
    runs = steps | {p.name: p.run for p in floor}
    calls = {key: max(1, min(20, round(100 / timed(run, arguments.device, 1)))) for key, run in runs.items()}
    times: dict[str, list[float]] = {key: [] for key in runs}
    for _ in range(arguments.repeats):
        for key, run in runs.items():
            times[key].append(timed(run, arguments.device, calls[key]))
    median = {key: statistics.median(values) for key, values in times.items()}
    row: dict[str, Any] = {"dataset": name, "precision": arguments.precision, "device": arguments.device}
    row |= {key: median[key] for key in steps}
    row["floor_ms"] = sum(median[p.name] * p.times for p in floor)
    row["vs_floor"] = row["ms"] / row["floor_ms"]
    row["peak_bytes"] = peak_of_child(name, arguments, "package")
    if not arguments.no_reference:
        row["vs_reference"] = row["reference_ms"] / row["ms"]
        row["reference_peak_bytes"] = peak_of_child(name, arguments, "reference")
    row["floor"] = [{"product": p.name, "times": p.times, "ms": median[p.name]} for p in floor]
    row["repeats"] = arguments.repeats
    return row


def peak_of_child(name: str, arguments: argparse.Namespace, which: str) -> int:
    """Peak memory of two updates in a process of their own."""
    command = [sys.executable, __file__, name, "--peak-of", which]
    for option in ("preset", "precision", "device"):
        if (value := getattr(arguments, option)) is not None:
            command += [f"--{option}", value]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak(arguments: argparse.Namespace) -> int:
    """Do two updates and return this process' peak memory, or the GPU's."""
    run = stepper(arguments.inputs[0], arguments, arguments.peak_of)
    for _ in range(2):
        run()
    return peak_memory_bytes(arguments.device)


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Geometric means over the inputs, and what measured."""
    result: dict[str, Any] = {"inputs": [row["dataset"] for row in rows]}
    result |= {
        "precision": rows[0]["precision"],
        "hardware": hardware(rows[0]["device"]),
        "versions": versions(),
    }
    result["geomean_vs_floor"] = math.exp(statistics.fmean(math.log(row["vs_floor"]) for row in rows))
    if all("vs_reference" in row for row in rows):
        ratios = [math.log(row["vs_reference"]) for row in rows]
        result["geomean_vs_reference"] = math.exp(statistics.fmean(ratios))
    return result


def described(row: dict[str, Any]) -> str:
    """One result for people."""
    lines = [
        f"{row['dataset']} ({row['precision']}): {row['ms']:.1f} ms, {row['vs_floor']:.2f} times the floor "
        f"of {row['floor_ms']:.1f} ms, peak {row['peak_bytes'] / 1e6:.0f} MB"
    ]
    if "reference_ms" in row:
        lines.append(
            f"  {row['vs_reference']:.2f} times faster than the reference's {row['reference_ms']:.1f} ms, "
            f"peak {row['reference_peak_bytes'] / 1e6:.0f} MB"
        )
    lines += [f"  {p['times']} x {p['ms']:8.3f} ms  {p['product']}" for p in row["floor"]]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
