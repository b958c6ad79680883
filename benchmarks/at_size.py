"""Whether a preset can be run at its dataset's size, and how long: each step of a run, on a made-up file.

    python benchmarks/at_size.py reddit --root /tmp/made-up --updates 2 --out benchmarks/results/at_size.jsonl

The file is written by ``made_up.py`` where the root has none. It is read, trained on and evaluated as
``rgrl-bench run`` does with the published one; only its checksum is not asked for. A line of JSON; scores are
left out, for they mean nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from made_up import WRITERS, write

from rgrl.bench.build import build_method
from rgrl.bench.environment import hardware, peak_memory_bytes, versions
from rgrl.bench.pretrain import pretrain
from rgrl.bench.probes import classification_probe
from rgrl.datasets import load_dataset
from rgrl.datasets.registry import DATASETS
from rgrl.presets import TrainingPreset, load_preset


def main() -> None:
    """Run, say how far it is, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", choices=sorted(WRITERS))
    parser.add_argument("--root", type=Path, required=True, help="folder of made-up files")
    parser.add_argument("--method", default="rgrl")
    parser.add_argument("--updates", type=int, default=2, help="at least 2")
    parser.add_argument("--out", type=Path, help="file to append the object to")
    arguments = parser.parse_args()
    if arguments.updates < 2:
        parser.error(f"--updates is {arguments.updates}: at least 2 are needed, for the first one plans")
    spec = DATASETS[arguments.dataset]
    path = arguments.root / spec.name / "raw" / spec.files[0].name
    if not path.exists():
        write(spec.name, arguments.root)
    DATASETS[spec.name] = replace(spec, files=(replace(spec.files[0], sha256=None, size=None),))
    preset = load_preset(f"{arguments.method}-{spec.name}")
    preset = preset.replace({"epochs": arguments.updates, "eval_every": 1})
    row = {
        "dataset": f"made-up {spec.name}",
        "method": arguments.method,
        **timed(spec.name, arguments.root, preset),
        "hardware": hardware("cpu"),
        "versions": versions(),
    }
    print(json.dumps(row))
    if arguments.out is not None:
        with arguments.out.open("a") as file:
            file.write(json.dumps(row) + "\n")


def timed(name: str, root: Path, preset: TrainingPreset) -> dict[str, Any]:
    """Seconds of each step of a run, and the process's highest memory up to its end."""
    found: dict[str, Any] = {}
    start = time.perf_counter()
    dataset = load_dataset(name, root=root, download=False)
    found |= since(start, "load")
    probe = classification_probe(dataset)
    trained = dataset.train_graph or dataset.graph
    generator = torch.Generator().manual_seed(0)
    method = build_method(preset, trained.num_features, generator)
    updates: list[float] = []
    start = time.perf_counter()
    nodes = dataset.train_graph_of_node
    for stop in pretrain(method, trained, preset, generator=generator, name=name, graph_of_node=nodes):
        if stop.update == 1:
            found |= since(start, "plan_and_first_update")
        elif stop.update > 1:
            updates.append(time.perf_counter() - start)
            print(f"update {stop.update}: {updates[-1]:.1f} s", file=sys.stderr, flush=True)
        if stop.update in (0, preset.epochs):
            start = time.perf_counter()
            embedding = method.embed(dataset.graph)
            found |= since(start, "embed")
            start = time.perf_counter()
            probe(embedding)
            found |= since(start, "probe")
        start = time.perf_counter()
    return {**found, "updates": preset.epochs, "update_s": statistics.median(updates)}


def since(start: float, name: str) -> dict[str, float]:
    """Seconds, and bytes at most so far."""
    found = {f"{name}_s": time.perf_counter() - start, f"{name}_peak_bytes": peak_memory_bytes("cpu")}
    print(json.dumps(found), file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main()
