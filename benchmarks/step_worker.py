"""A process that does updates when it is asked to, for ``step.py``: package, reference or floor.

Reads a line, measures once, writes a line of JSON; at the end of its input it writes its peak memory. Each of
the three has a process of its own, because training changes how the C library hands out memory (see
``rgrl/training/keep_freed_memory.py``), from which the reference must not profit.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext

import torch
from floor import Floor
from inputs import load_input

import rgrl.methods.rgrl
from rgrl.bench.build import build_method
from rgrl.bench.environment import peak_memory_bytes
from rgrl.training import train
from rgrl.training.keep_freed_memory import keep_freed_memory

#: Milliseconds that calls in a row should fill for one figure.
_WINDOW_MS = 100


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=["package", "two_passes", "reference", "reference_kept", "floor"])
    parser.add_argument("input")
    parser.add_argument("--preset")
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    makers = {"package": package, "two_passes": package, "reference": reference, "floor": floor}
    makers["reference_kept"] = reference
    if arguments.which == "two_passes":
        rgrl.methods.rgrl.twice_if_small = lambda *_: None  # type: ignore[assignment]
    with keep_freed_memory() if arguments.which == "reference_kept" else nullcontext():
        measure = makers[arguments.which](arguments)
        print(json.dumps(peak_memory_bytes(arguments.device)), flush=True)
        for _ in sys.stdin:
            print(json.dumps(measure()), flush=True)
        print(json.dumps(peak_memory_bytes(arguments.device)), flush=True)


def package(arguments: argparse.Namespace) -> Callable[[], float]:
    """One update of this package, in milliseconds."""
    graph, preset = load_input(arguments.input, arguments.preset)
    graph = graph.to(arguments.device)
    generator = torch.Generator().manual_seed(0)
    method = build_method(preset, graph.num_features, generator).to(arguments.device)
    updates = train(
        method,
        graph,
        epochs=sys.maxsize,
        learning_rate=preset.learning_rate,
        weight_decay=preset.weight_decay,
        precision=arguments.precision,
        generator=generator,
    )
    return timer(lambda: next(updates), arguments.device)


def reference(arguments: argparse.Namespace) -> Callable[[], float]:
    """One update in the straightforward way, float32, in milliseconds."""
    from reference import ReferenceStep

    graph, preset = load_input(arguments.input, arguments.preset)
    graph = graph.to(arguments.device)
    plan = build_method(preset, graph.num_features, torch.Generator()).plan(graph)
    return timer(ReferenceStep(preset, plan).step, arguments.device)


def floor(arguments: argparse.Namespace) -> Callable[[], list[dict[str, object]]]:
    """Each product of the floor, by its fastest kernel, in milliseconds."""
    graph, preset = load_input(arguments.input, arguments.preset)
    graph = graph.to(arguments.device)
    generator = torch.Generator().manual_seed(0)
    method = build_method(preset, graph.num_features, generator)
    views = [augment(graph.view(), generator) for augment in method.views]
    dtype = torch.bfloat16 if arguments.precision == "bf16" else torch.float32
    products = Floor(preset, method.plan(graph), views, dtype).products()
    with keep_freed_memory():
        timers = [{name: timer(run, arguments.device) for name, run in p.kernels.items()} for p in products]

    def measure() -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        with keep_freed_memory():
            for product, kernels in zip(products, timers, strict=True):
                times = {name: run() for name, run in kernels.items()}
                found.append({"product": product.name, "times": product.times, "ms": times})
        return found

    return measure


def timer(run: Callable[[], object], device: str) -> Callable[[], float]:
    """Return a function that gives the milliseconds of a call, a mean over some in a row as in training.

    One that does not count comes first: other processes ran since, and a window of many calls would get off
    more lightly than one of few.
    """

    def span(calls: int) -> float:
        if device != "cpu":
            torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(calls):
            run()
        if device != "cpu":
            torch.cuda.synchronize()
        return 1e3 * (time.perf_counter() - start) / calls

    span(2)
    calls = max(1, min(20, round(_WINDOW_MS / span(1))))

    def measure() -> float:
        run()
        return span(calls)

    return measure


if __name__ == "__main__":
    main()
