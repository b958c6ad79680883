"""Local anchors: time and memory of top-k personalised PageRank.

    python benchmarks/ppr.py                                # CS, a graph of ogbn-arxiv's size, and memory
    python benchmarks/ppr.py cora:2 --no-memory --out benchmarks/results/ppr.jsonl

An input is a dataset or ``synthetic:N,E`` (power-law degrees, E directed edges) and, after a colon, k.
Compiled code is warm; each figure is a median. ``cached_s`` is the time to find the same result on disk.

Memory is the rise of a child process' peak resident memory over what it held when the graph was ready. On
graphs of one mean degree it is linear in N for one k, and in k for one N: ``bytes_per_place`` is what one
more of the N x k places costs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from inputs import load_input

from rgrl.bench.environment import hardware, peak_memory_bytes, versions
from rgrl.graph import Graph, topk_ppr
from rgrl.graph.ppr_cache import cached_topk_ppr

MEMORY_NODES = [25_000, 50_000, 100_000, 200_000]
MEMORY_K = [4, 16, 64]
MEAN_DEGREE = 13.6  # ogbn-arxiv's, both directions counted


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("inputs", nargs="*", default=["cs:8", "synthetic:169343,2300000:4"], help="input:k")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--no-memory", action="store_true", help="leave the memory table out")
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    parser.add_argument("--rise-of", nargs=2, type=int, metavar=("N", "K"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.rise_of is not None:
        print(rise(*arguments.rise_of))
        return
    rows = []
    for name in arguments.inputs:
        rows.append(measure(name, arguments.repeats))
        print(json.dumps(rows[-1]), flush=True)
    if not arguments.no_memory:
        rows += memory()
    rows.append({"hardware": hardware("cpu"), "versions": versions()})
    print(json.dumps(rows[-1]))
    if arguments.out is not None:
        with arguments.out.open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def load(name: str) -> Graph:
    """Load a dataset's graph, or draw a synthetic one with a single feature."""
    return load_input(f"{name},1,1" if name.startswith("synthetic:") else name, "rgrl-cs")[0]


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    """Median time of a call."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def warm() -> None:
    """Compile, or read compiled code, on a graph of the same types."""
    topk_ppr(Graph.from_edge_index([[0, 1], [1, 0]], x=np.eye(2)), k=1)


def measure(name: str, repeats: int) -> dict[str, Any]:
    """Time one input."""
    source, _, k_text = name.rpartition(":")
    graph, k = load(source), int(k_text)
    warm()
    row: dict[str, Any] = {"input": source, "nodes": graph.num_nodes, "edges": graph.num_edges, "k": k}
    row["seconds"] = median_seconds(lambda: topk_ppr(graph, k=k), repeats)
    with tempfile.TemporaryDirectory() as folder:
        computed = cached_topk_ppr(graph, Path(folder), k=k)
        row["cached_s"] = median_seconds(lambda: cached_topk_ppr(graph, Path(folder), k=k), repeats)
        read = cached_topk_ppr(graph, Path(folder), k=k)
    row["cached_is_the_same"] = all(torch.equal(a, b) for a, b in zip(computed, read, strict=True))
    return row | {"repeats": repeats}


def memory() -> list[dict[str, Any]]:
    """Peak rise over several N and several k, each in a process of its own."""
    rows = []
    for nodes, k in [(n, MEMORY_K[1]) for n in MEMORY_NODES] + [(MEMORY_NODES[1], k) for k in MEMORY_K]:
        command = [sys.executable, __file__, "--rise-of", str(nodes), str(k)]
        rise_bytes = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        rows.append({"memory_nodes": nodes, "k": k, "rise_bytes": rise_bytes})
        rows[-1]["bytes_per_node"] = rise_bytes / nodes
        print(json.dumps(rows[-1]), flush=True)
    by_k = rows[len(MEMORY_NODES) :]
    more = (by_k[-1]["rise_bytes"] - by_k[0]["rise_bytes"]) / (by_k[-1]["k"] - by_k[0]["k"])
    rows.append({"bytes_per_place": more / MEMORY_NODES[1]})
    print(json.dumps(rows[-1]), flush=True)
    return rows


def rise(nodes: int, k: int) -> int:
    """Growth of this process' peak memory by one call."""
    graph = load(f"synthetic:{nodes},{round(nodes * MEAN_DEGREE)}")
    warm()
    Path("/proc/self/clear_refs").write_text("5")  # the peak of drawing the graph is not the call's
    before = peak_memory_bytes("cpu")
    topk_ppr(graph, k=k)
    return peak_memory_bytes("cpu") - before


if __name__ == "__main__":
    main()
