"""One seed of ``rgrl-bench run`` from files to result, against the straightforward way.

    python benchmarks/end_to_end.py                             # Cora
    python benchmarks/end_to_end.py citeseer --repeats 5 --json
    python benchmarks/end_to_end.py --out benchmarks/results/end_to_end.jsonl

The package's time is that of the command within a running Python whose compiled code is warm: loading, raw
features' probe, local anchors, updates, evaluations of twenty probes each after updates 0, 1, 6, ...,
converged probe, result on disk. The straightforward way is ``reference.py`` for the updates and
``reference_evaluation.py`` for the evaluations, measured on a part of them and scaled to all. It is charged
with nothing else, so ``vs_reference``, which sets it against all of the package's time, errs on its side;
``vs_reference_updates_and_evaluations`` compares like with like.

Package and reference run in turns, each in a process of its own, because the package's training changes the
settings of the C library's allocator. Figures are medians; a ratio is the median of those within a turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from children import append, in_child
from end_to_end_runs import PARTS, chosen_preset, package, reference

from rgrl.bench.environment import hardware, versions
from rgrl.datasets import find_spec
from rgrl.errors import RGRLError

CHILDREN = {"package": package, "reference": reference}


def main() -> None:
    """Measure in turns, print and store."""
    arguments = parse()
    if arguments.child is not None:
        print(json.dumps(CHILDREN[arguments.child](arguments)))
        return
    options = ["--precision", arguments.precision]
    for option in ("preset", "epochs"):
        if (value := getattr(arguments, option)) is not None:
            options += [f"--{option}", str(value)]
    for option in ("reference-updates", "reference-evaluations"):
        options += [f"--{option}", str(getattr(arguments, option.replace("-", "_")))]
    short = ["--child", "package", "--epochs", "1"]  # compiles what a changed source has left uncompiled
    in_child(__file__, [arguments.dataset, *options, *short], as_command=True)
    turns = []
    for _ in range(arguments.repeats):
        turns.append(
            [
                in_child(__file__, [arguments.dataset, *options, "--child", c], as_command=c == "package")
                for c in CHILDREN
            ]
        )
        if not arguments.json:
            ours, theirs = turns[-1]
            print(
                f"turn {len(turns)}: {ours['seconds']:.1f} s, reference {theirs['seconds']:.1f} s", flush=True
            )
    row = summary(arguments, *map(list, zip(*turns, strict=True)))
    append(arguments.out, row)
    print(json.dumps(row) if arguments.json else described(row))


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", nargs="?", default="cora")
    parser.add_argument("--preset", help="default: the dataset's own")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32", help="of the package")
    parser.add_argument("--epochs", type=int, help="updates, instead of the preset's")
    parser.add_argument("--repeats", type=int, default=3, help="turns of package and reference")
    parser.add_argument("--reference-updates", type=int, default=40, help="measured after a warm-up")
    parser.add_argument("--reference-evaluations", type=int, default=5, help="measured after a warm-up")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument("--out", type=Path, help="file to append the object to")
    parser.add_argument("--child", choices=list(CHILDREN), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for option in ("repeats", "epochs", "reference_updates", "reference_evaluations"):
        if (value := getattr(arguments, option)) is not None and value < 1:
            sys.exit(f"error: --{option.replace('_', '-')} is {value}: at least 1 is needed")
    if arguments.out is not None and not arguments.out.resolve().parent.is_dir():
        sys.exit(f"error: {arguments.out} cannot be written: its folder does not exist")
    try:
        arguments.dataset = find_spec(arguments.dataset).name
        chosen_preset(arguments)
    except RGRLError as error:
        sys.exit(f"error: {error}")
    return arguments


def summary(
    arguments: argparse.Namespace, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> dict[str, Any]:
    """Medians, ratios, and what measured."""

    def median(values: list[float]) -> float:
        return statistics.median(values)

    pairs = list(zip(ours, theirs, strict=True))
    row: dict[str, Any] = {"benchmark": "end_to_end", "dataset": arguments.dataset}
    row |= {"precision": arguments.precision, "repeats": arguments.repeats}
    row |= {"num_updates": ours[0]["num_updates"], "num_evaluations": ours[0]["num_evaluations"]}
    if row["num_evaluations"] != theirs[0]["num_evaluations"]:
        sys.exit("error: the package stopped early (patience): the reference has no such schedule")
    row["seconds"] = median([run["seconds"] for run in ours])
    row["parts_seconds"] = {part: median([run[part] for run in ours]) for part in PARTS}
    row["reference_seconds"] = median([run["seconds"] for run in theirs])
    row["reference_parts_seconds"] = {
        part: median([run[part] for run in theirs]) for part in ("updates", "evaluations")
    }
    row["reference_measured"] = (
        f"{arguments.reference_updates} updates and {arguments.reference_evaluations} evaluations, "
        f"scaled to {row['num_updates']} and {row['num_evaluations']}"
    )
    row["ratios"] = [b["seconds"] / a["seconds"] for a, b in pairs]
    row["vs_reference"] = median(row["ratios"])
    row["vs_reference_updates_and_evaluations"] = median(
        [b["seconds"] / (a["updates"] + a["embedding"] + a["probes"]) for a, b in pairs]
    )
    row["vs_reference_updates"] = median([b["updates"] / a["updates"] for a, b in pairs])
    row["vs_reference_evaluations"] = median(
        [b["evaluations"] / (a["embedding"] + a["probes"]) for a, b in pairs]
    )
    # Start of Python and imports; the medians above are without it.
    row["start_seconds"] = median([run["process_seconds"] - run["seconds"] for run in ours])
    row |= {key: ours[0][key] for key in ("test_mean", "config_hash")}
    row["peak_bytes"] = max(run["peak_bytes"] for run in ours)
    return row | {"hardware": hardware("cpu"), "versions": versions()}


def described(row: dict[str, Any]) -> str:
    """The result for people."""
    lines = [
        f"{row['dataset']} ({row['precision']}), {row['num_updates']} updates, {row['num_evaluations']} "
        f"evaluations: {row['seconds']:.2f} s, test accuracy {row['test_mean']:.2f}, "
        f"peak {row['peak_bytes'] / 1e6:.0f} MB"
    ]
    lines += [f"  {seconds:8.2f} s  {part}" for part, seconds in row["parts_seconds"].items()]
    lines += [
        f"reference, updates and evaluations alone: {row['reference_seconds']:.2f} s",
        f"  measured on {row['reference_measured']}",
        *(f"  {seconds:8.2f} s  {part}" for part, seconds in row["reference_parts_seconds"].items()),
        f"{row['vs_reference']:.2f} times faster "
        f"({', '.join(f'{ratio:.2f}' for ratio in row['ratios'])}); "
        f"updates {row['vs_reference_updates']:.2f}, evaluations {row['vs_reference_evaluations']:.2f}, "
        f"both {row['vs_reference_updates_and_evaluations']:.2f} times",
        f"not counted: {row['start_seconds']:.1f} s for Python and its imports",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
