"""How much of a reproduced number is the draw of the splits, of the seeds, or of the implementation.

    python benchmarks/split_draws.py citeseer --seeds 16 --draws 50 --out benchmarks/results/split_draws.jsonl
    python benchmarks/split_draws.py citeseer --seeds 16 --draws 50 --reference

Each seed is trained once under its preset, and each evaluation is made on several draws of twenty splits, as
if each were a run of its own: its epoch is chosen on its own validation rows. Draw 0 is the one that the
project reports on. With ``--reference`` the straightforward way of ``reference.py`` is trained instead, its
weights, views and anchors drawn from PyTorch's and NumPy's global streams as in the released code. A line
of JSON a seed, stored when it is done and not done again, and one that sums up.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from reference import ReferenceStep, ReferenceView
from torch import Tensor

from rgrl.bench.build import build_method
from rgrl.bench.environment import hardware, versions
from rgrl.bench.pretrain import pretrain
from rgrl.bench.schedule import is_evaluated
from rgrl.datasets import Dataset, Split, load_dataset
from rgrl.datasets.splits import random_splits
from rgrl.evaluate import linear_probe
from rgrl.methods import RGRLPlan
from rgrl.presets import RGRLPreset, load_preset
from rgrl.training import settled_precision
from rgrl.training.keep_freed_memory import keep_freed_memory


def main() -> None:
    """Train, evaluate, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--draws", type=int, default=10, help="draws of twenty splits")
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument("--precision", help="instead of the preset's")
    parser.add_argument("--reference", action="store_true", help="train the straightforward way")
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    arguments = parser.parse_args()
    preset: RGRLPreset = load_preset(f"rgrl-{arguments.dataset}")
    changes = {"epochs": arguments.epochs, "precision": arguments.precision}
    preset = preset.replace({key: value for key, value in changes.items() if value is not None})
    precision = "fp32" if arguments.reference else preset.precision
    preset = preset.replace({"precision": settled_precision(precision, torch.device("cpu"))})
    dataset = load_dataset(arguments.dataset)
    draws = [splits_of_draw(dataset.graph.num_nodes, draw) for draw in range(arguments.draws)]
    run = {
        "dataset": dataset.name,
        "implementation": "reference" if arguments.reference else "package",
        "config_hash": preset.hash,
        "draws": arguments.draws,
    }
    rows = []
    for seed in range(arguments.seeds):
        own = {**run, "seed": seed}
        row = stored(arguments.out, own)
        if row is None:
            embeddings = (straightforward if arguments.reference else package)(dataset, preset, seed)
            with keep_freed_memory():
                row = own | evaluate(embeddings, dataset, draws)
            say(row, arguments.out)
        rows.append(row)
    say({**run, **summary(rows), "hardware": hardware("cpu"), "versions": versions()}, arguments.out)


def say(row: dict[str, Any], out: Path | None) -> None:
    """Print a row, and store it where a file is given."""
    print(json.dumps(row), flush=True)
    if out is not None:
        with out.open("a") as file:
            file.write(json.dumps(row) + "\n")


def stored(out: Path | None, own: dict[str, Any]) -> dict[str, Any] | None:
    """The row of a seed that a file has already."""
    if out is None or not out.exists():
        return None
    rows: list[dict[str, Any]] = [json.loads(line) for line in out.read_text().splitlines()]
    return next((row for row in rows if own.items() <= row.items()), None)


def splits_of_draw(num_nodes: int, draw: int) -> tuple[Split, ...]:
    """Twenty splits of 10 / 10 / 80 %; those of draw 0 are the project's own."""
    order = np.random.RandomState(draw)
    own = random_splits(num_nodes)
    if draw == 0:
        return own
    _, val, test = own[0].sizes
    splits = []
    for _ in own:
        rows = order.permutation(num_nodes)
        splits.append(
            Split(
                train=rows[test + val :],
                val=rows[test : test + val],
                test=rows[:test],
                num_nodes=num_nodes,
            )
        )
    return tuple(splits)


def package(dataset: Dataset, preset: RGRLPreset, seed: int) -> Iterator[tuple[int, Tensor]]:
    """Embeddings of the package's own training, with the number of updates before each."""
    generator = torch.Generator().manual_seed(seed)
    method = build_method(preset, dataset.graph.num_features, generator)
    for stop in pretrain(method, dataset.graph, preset, generator=generator, name=dataset.name):
        yield stop.update, method.embed(dataset.graph)


class SparseReferenceStep(ReferenceStep):
    """The straightforward step with sparse features: the same draws, and losses to rounding."""

    def __init__(self, preset: RGRLPreset, plan: RGRLPlan) -> None:
        super().__init__(preset, plan)
        self.x = self.x.to_sparse_csr()

    def view(self, feature_mask: float, edge_drop: float) -> ReferenceView:
        """Mask the stored values of the features, drop edges."""
        x = self.x
        kept = torch.rand(x.shape[1]) >= feature_mask
        values = x.values() * kept[x.col_indices()]
        masked = torch.sparse_csr_tensor(
            x.crow_indices(), x.col_indices(), values, x.shape, check_invariants=False
        )
        edge_index = self.edge_index[:, torch.rand(self.edge_index.shape[1]) >= edge_drop]
        return ReferenceView(masked, edge_index, torch.ones(edge_index.shape[1]))


def straightforward(dataset: Dataset, preset: RGRLPreset, seed: int) -> Iterator[tuple[int, Tensor]]:
    """The same of the straightforward way; batch norm sees one update in train mode, as in the release."""
    graph = dataset.graph
    plan = build_method(preset, graph.num_features, torch.Generator().manual_seed(seed)).plan(graph)
    torch.manual_seed(seed)
    step = (ReferenceStep if isinstance(graph.x, Tensor) else SparseReferenceStep)(preset, plan)
    step.random = np.random.RandomState(seed)
    initialise_predictor(step.predictor)
    weights = torch.ones(step.edge_index.shape[1])
    for update in range(preset.epochs + 1):
        for encoder in (step.encoder, step.teacher):
            encoder.train(update == 1)
        if update > 0:
            step.step()
        step.encoder.eval()
        if is_evaluated(update, epochs=preset.epochs, every=preset.eval_every):
            with torch.no_grad():
                yield update, step.encoder(step.x, step.edge_index, weights)


def initialise_predictor(predictor: torch.nn.Module) -> None:
    """Xavier-uniform weights and biases of 0.01, as in the released code."""
    for part in predictor.modules():
        if isinstance(part, torch.nn.Linear):
            torch.nn.init.xavier_uniform_(part.weight)
            torch.nn.init.constant_(part.bias, 0.01)


def evaluate(
    embeddings: Iterator[tuple[int, Tensor]], dataset: Dataset, draws: list[tuple[Split, ...]]
) -> dict[str, list[float]]:
    """The chosen update, its validation and its test mean, each a list with an entry a draw."""
    best: list[tuple[float, float, int]] = [(-1.0, -1.0, -1)] * len(draws)
    for update, embedding in embeddings:
        for draw, splits in enumerate(draws):
            report = linear_probe(embedding, dataset.labels, splits)
            if report.val_mean > best[draw][0]:
                best[draw] = (report.val_mean, report.test_mean, update)
    return {
        "update": [update for _, _, update in best],
        "val_mean": [round(val, 3) for val, _, _ in best],
        "test_mean": [round(test, 3) for _, test, _ in best],
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over the seeds, by draw, and the deviations over seeds and over draws."""
    tests = np.array([row["test_mean"] for row in rows])
    vals = np.array([row["val_mean"] for row in rows])
    by_draw = tests.mean(axis=0)
    return {
        "seeds": len(rows),
        "test_own_splits": float(by_draw[0]),
        "val_own_splits": float(vals.mean(axis=0)[0]),
        "test_mean": float(tests.mean()),
        "val_mean": float(vals.mean()),
        "test_std_seeds": deviation(tests[:, 0].tolist()),
        "test_std_draws": deviation(by_draw.tolist()),
        "draws_below_own": int((by_draw < by_draw[0]).sum()),
    }


def deviation(values: list[float]) -> float | None:
    """Unbiased standard deviation, where there are two values."""
    return statistics.stdev(values) if len(values) > 1 else None


if __name__ == "__main__":
    main()
