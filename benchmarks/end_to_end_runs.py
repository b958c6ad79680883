"""What ``end_to_end.py`` measures, each in a process of its own: the package, and the straightforward way."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from rgrl.bench.environment import peak_memory_bytes
from rgrl.presets import RGRLPreset as Preset
from rgrl.presets import load_preset

#: Parts of the package's time, in the order in which they first occur.
PARTS = (
    "loading",
    "local_anchors",
    "updates",
    "embedding",
    "probes",
    "converged_probe",
    "rest",
)


def chosen_preset(arguments: argparse.Namespace) -> tuple[Preset, dict[str, Any]]:
    """The preset, and what the command line changed of it."""
    changes: dict[str, Any] = {} if arguments.epochs is None else {"epochs": arguments.epochs}
    changes["precision"] = arguments.precision
    return load_preset(arguments.preset or f"rgrl-{arguments.dataset}").replace(changes), changes


def package(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the command in this process and say where its time went."""
    from stopwatch import Stopwatch

    from rgrl.bench import commands, do_work, pretrain, probes, seed_record
    from rgrl.graph import Graph, LocalAnchors
    from rgrl.methods import RGRL

    preset, changes = chosen_preset(arguments)
    LocalAnchors.from_graph(Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [0.0]]), k=1)  # compiles it
    watch = Stopwatch()
    watch.function(do_work, "load_dataset", "loading")
    watch.function(LocalAnchors, "from_graph", "local_anchors")
    watch.iterator(pretrain, "train", "updates")
    watch.function(RGRL, "embed", "embedding")
    watch.function(probes, "linear_probe", "probes")
    watch.function(seed_record, "logistic_regression", "converged_probe")
    said = io.StringIO()
    anchors = tempfile.TemporaryDirectory()  # empty, so that local anchors are computed and not read
    do_work.cache_root = lambda: Path(anchors.name)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(said):
        start = time.perf_counter()
        commands.run_datasets(
            [arguments.dataset],
            methods=["rgrl"],
            tasks=["classification"],
            preset=arguments.preset,
            epochs=None,
            seeds=1,
            jobs=1,
            budget=None,
            clusters=None,
            public_split=False,
            again=False,
            logs=(),
            settings=[f"{key}={json.dumps(value)}" for key, value in changes.items()],
            root=None,
            features=None,
            out=Path(folder),
            device="cpu",
            as_json=True,
        )
        seconds = time.perf_counter() - start
    result = json.loads(said.getvalue())
    parts = dict(watch.seconds)
    return {
        "seconds": seconds,
        **{part: parts.get(part, 0.0) for part in PARTS[:-1]},
        "rest": seconds - sum(parts.values()),
        "num_updates": watch.calls["updates"],
        "num_evaluations": watch.calls["probes"] - 1,  # one was of the raw features
        "test_mean": result["test_mean"],
        "config_hash": preset.hash,
        "peak_bytes": peak_memory_bytes("cpu"),
    }


def reference(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure a part of the straightforward way in this process and scale it."""
    import torch
    from reference import ReferenceStep
    from reference_evaluation import reference_evaluation

    from rgrl.bench.build import build_method
    from rgrl.bench.schedule import is_evaluated
    from rgrl.datasets import load_dataset

    dataset = load_dataset(arguments.dataset)
    preset, _ = chosen_preset(arguments)  # the straightforward way computes in float32 whatever it says
    graph, labels, generator = dataset.graph, dataset.graph.y, torch.Generator().manual_seed(0)
    assert labels is not None
    torch.manual_seed(0)
    step = ReferenceStep(preset, build_method(preset, graph.num_features, generator).plan(graph))

    def evaluate() -> None:
        reference_evaluation(step, labels, dataset.splits)

    for _ in range(3):
        step.step()
    evaluate()
    updates, evaluations = arguments.reference_updates, arguments.reference_evaluations
    update_s = evaluation_s = 0.0
    for part in range(
        evaluations
    ):  # mixed as in a run, so that each finds the caches as the other leaves them
        start = time.perf_counter()
        for _ in range(updates * part // evaluations, updates * (part + 1) // evaluations):
            step.step()
        middle = time.perf_counter()
        evaluate()
        update_s += middle - start
        evaluation_s += time.perf_counter() - middle
    epochs, every = preset.epochs, preset.eval_every
    schedule = sum(is_evaluated(update, epochs=epochs, every=every) for update in range(epochs + 1))
    scaled = {
        "updates": update_s / updates * epochs,
        "evaluations": evaluation_s / evaluations * schedule,
    }
    return {"seconds": sum(scaled.values()), **scaled, "num_evaluations": schedule}
