"""Evaluation of one embedding on the twenty splits: the paper's probe, beside the straightforward one.

    python benchmarks/probe.py                              # Cora and CS
    python benchmarks/probe.py cora:128 cs:256 --out benchmarks/results/probe.jsonl

An input is a dataset and the width of its embedding, which an untrained encoder makes. The reference trains
twenty ``torch.nn.Linear`` by autograd and ``torch.optim.Adam`` one after the other, as the released code
does. Both are timed in turns in one process; each figure is a median.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rgrl.bench.environment import hardware, versions
from rgrl.datasets import Dataset, load_dataset
from rgrl.evaluate import linear_probe, logistic_regression
from rgrl.nn import GCNEncoder, inference


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("inputs", nargs="*", default=["cora:128", "cs:256"], help="dataset:width")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--no-reference", action="store_true")
    parser.add_argument("--no-converged", action="store_true", help="leave the logistic regression out")
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    arguments = parser.parse_args()
    rows = []
    for name in arguments.inputs:
        rows.append(measure(name, arguments))
        print(json.dumps(rows[-1]), flush=True)
    rows.append({"hardware": hardware("cpu"), "versions": versions()})
    print(json.dumps(rows[-1]))
    if arguments.out is not None:
        with arguments.out.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def measure(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one input."""
    dataset_name, _, width = name.partition(":")
    dataset = load_dataset(dataset_name)
    embedding = untrained(dataset, int(width or 128))
    labels, splits = dataset.graph.y, dataset.splits
    runs: dict[str, Callable[[], Any]] = {"probe_s": lambda: linear_probe(embedding, labels, splits)}
    if not arguments.no_reference:
        runs["reference_s"] = lambda: reference(embedding, dataset)
    if not arguments.no_converged:
        runs["converged_s"] = lambda: logistic_regression(embedding, labels, splits)
    times: dict[str, list[float]] = {key: [] for key in runs}
    results = {key: run() for key, run in runs.items()}  # and the caches are warm
    for _ in range(arguments.repeats):
        for key, run in runs.items():
            start = time.perf_counter()
            run()
            times[key].append(time.perf_counter() - start)
    row: dict[str, Any] = {"dataset": dataset_name, "embedding": list(embedding.shape), "splits": len(splits)}
    row |= {key: statistics.median(values) for key, values in times.items()}
    row["test_mean"] = results["probe_s"].test_mean
    if not arguments.no_reference:
        row["vs_reference"] = row["reference_s"] / row["probe_s"]
        row["reference_test_mean"] = results["reference_s"]
    if not arguments.no_converged:
        row["converged_test_mean"] = results["converged_s"].scores.test_mean
        row["converged_share"] = results["converged_s"].converged_share
    return row | {"repeats": arguments.repeats}


def untrained(dataset: Dataset, width: int) -> Tensor:
    """Embed the dataset by a GCN that has learned nothing."""
    generator = torch.Generator().manual_seed(0)
    encoder = GCNEncoder(dataset.graph.num_features, (2 * width, width), generator=generator)
    with torch.no_grad(), inference(encoder):
        embedding: Tensor = encoder(dataset.graph.view())
    return embedding


def reference(embedding: Tensor, dataset: Dataset) -> float:
    """Mean test accuracy in per cent of the released code's probe: 100 steps on each split in turn."""
    labels = dataset.graph.y
    assert labels is not None
    accuracies = []
    for number, split in enumerate(dataset.splits):
        torch.manual_seed(number)
        train, test = torch.tensor(split.train), torch.tensor(split.test)
        layer = torch.nn.Linear(embedding.shape[1], int(labels.max()) + 1)
        torch.nn.init.xavier_uniform_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
        optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
        for _ in range(100):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(layer(embedding[train]), labels[train])
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            predicted = layer(embedding[test]).argmax(dim=1)
        accuracies.append(100 * float((predicted == labels[test]).double().mean()))
    return statistics.fmean(accuracies)


if __name__ == "__main__":
    main()
