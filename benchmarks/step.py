"""One update of RGRL: this package, the straightforward step of ``reference.py``, the floor of ``floor.py``.

    python benchmarks/step.py                                  # Cora, Citeseer, Pubmed, Computers, CS
    python benchmarks/step.py cora synthetic:20000,200000,500,0.02 --json
    python benchmarks/step.py cs --precision fp32 bf16 --out benchmarks/results/step.jsonl

All are timed in turns, each in a process of its own. Figures are medians over the turns, ratios medians
of the turns' ratios; each figure is a mean over as many calls in a row as fill a tenth of a second. Peak
memory is the process's, loading and compiled code included.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
from pathlib import Path
from typing import Any

from children import append
from worker import Worker

from rgrl.bench.environment import hardware, versions

REFERENCE, KEPT = ("reference", "fp32"), ("reference_kept", "fp32")
DATASETS = ["cora", "citeseer", "pubmed", "computers", "cs"]


def main() -> None:
    """Measure, print and store."""
    arguments = parse()
    if arguments.repeats < 1:
        sys.exit(f"error: --repeats is {arguments.repeats}: at least 1 is needed")
    rows: list[dict[str, Any]] = []
    for name in arguments.inputs:
        for row in measure(name, arguments):
            print(json.dumps(row) if arguments.json else described(row), flush=True)
            append(arguments.out, row)
            rows.append(row)
    for precision in arguments.precision:
        row = summary([row for row in rows if row["precision"] == precision])
        print(json.dumps(row) if arguments.json else json.dumps(row, indent=1))
        append(arguments.out, row)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("inputs", nargs="*", default=DATASETS, help="datasets, or synthetic:N,E,F,density")
    parser.add_argument("--preset", help="default: the dataset's own; rgrl-cs for a synthetic graph")
    parser.add_argument(
        "--precision",
        choices=["fp32", "bf16"],
        nargs="+",
        default=["fp32"],
        help="of the package and of the floor, several in the same turns; the reference's is fp32",
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=7, help="turns")
    parser.add_argument("--no-reference", action="store_true", help="for graphs that it cannot hold")
    parser.add_argument(
        "--kept", action="store_true", help="the reference also with freed memory kept, as ours"
    )
    parser.add_argument(
        "--two-passes",
        action="store_true",
        help="the package also with a pass for each view",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line and nothing else")
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    return parser.parse_args()


def worker(which: str, precision: str, name: str, arguments: argparse.Namespace) -> Worker:
    """One of the processes."""
    options = [which, name, "--precision", precision]
    for option in ("preset", "device"):
        if (value := getattr(arguments, option)) is not None:
            options += [f"--{option}", value]
    return Worker("step_worker.py", options)


def measure(name: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure one input, a row for each precision."""
    keys = [(which, precision) for precision in arguments.precision for which in ("package", "floor")]
    if not arguments.no_reference:
        keys.insert(1, REFERENCE)
    if arguments.kept:
        keys.insert(2, KEPT)
    if arguments.two_passes:
        keys += [("two_passes", precision) for precision in arguments.precision]
    workers = {key: worker(*key, name, arguments) for key in keys}
    turns = [{key: each.measure() for key, each in workers.items()} for _ in range(arguments.repeats)]
    peaks = {key: each.finish() for key, each in workers.items()}
    rows = []
    for precision in arguments.precision:
        ours, floor = ("package", precision), ("floor", precision)
        products = [fastest([turn[floor][i] for turn in turns]) for i in range(len(turns[0][floor]))]
        floor_ms = sum(product["times"] * product["ms"] for product in products)
        row: dict[str, Any] = {"dataset": name, "precision": precision, "device": arguments.device}
        row["ms"] = statistics.median(turn[ours] for turn in turns)
        row["floor_ms"], row["peak_bytes"] = floor_ms, peaks[ours]
        row["vs_floor"] = row["ms"] / floor_ms
        if not arguments.no_reference:
            row["reference_ms"] = statistics.median(turn[REFERENCE] for turn in turns)
            row["vs_reference"] = statistics.median(turn[REFERENCE] / turn[ours] for turn in turns)
            row["reference_peak_bytes"] = peaks[REFERENCE]
            row["floor_vs_reference"] = row["reference_ms"] / floor_ms
        if arguments.kept:
            row["reference_kept_ms"] = statistics.median(turn[KEPT] for turn in turns)
        if arguments.two_passes:
            row["two_passes_ms"] = statistics.median(turn["two_passes", precision] for turn in turns)
        rows.append(row | {"floor": products, "repeats": arguments.repeats})
    return rows


def fastest(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """One product over all turns, by the kernel with the smallest median."""
    medians = {name: statistics.median(turn["ms"][name] for turn in turns) for name in turns[0]["ms"]}
    kernel = min(medians, key=lambda name: medians[name])
    product, times = turns[0]["product"], turns[0]["times"]
    return {"product": product, "times": times, "ms": medians[kernel], "kernel": kernel}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Geometric means over the inputs, and what measured."""
    result: dict[str, Any] = {"inputs": [row["dataset"] for row in rows]}
    result |= {
        "precision": rows[0]["precision"],
        "hardware": hardware(rows[0]["device"]),
        "versions": versions(),
    }
    result["geomean_vs_floor"] = geometric_mean([row["vs_floor"] for row in rows])
    if all("vs_reference" in row for row in rows):
        result["geomean_vs_reference"] = geometric_mean([row["vs_reference"] for row in rows])
    return result


def geometric_mean(ratios: list[float]) -> float:
    """Of at least one positive number."""
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))


def described(row: dict[str, Any]) -> str:
    """One result for people."""
    lines = [
        f"{row['dataset']} ({row['precision']}): {row['ms']:.1f} ms, {row['vs_floor']:.2f} times the floor "
        f"of {row['floor_ms']:.1f} ms, peak {row['peak_bytes'] / 1e6:.0f} MB"
    ]
    if "reference_ms" in row:
        lines.append(
            f"  {row['vs_reference']:.2f} times faster than the reference's {row['reference_ms']:.1f} ms "
            f"(the floor: {row['floor_vs_reference']:.2f}), peak {row['reference_peak_bytes'] / 1e6:.0f} MB"
        )
    lines += [f"  {p['times']} x {p['ms']:8.3f} ms  {p['product']} ({p['kernel']})" for p in row["floor"]]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
