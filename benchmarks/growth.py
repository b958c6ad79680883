"""Time and peak memory of one update of RGRL as the graph grows.

    python benchmarks/growth.py                                 # 10^4 to 10^6 nodes
    python benchmarks/growth.py 10000 30000 100000 --json
    python benchmarks/growth.py --out benchmarks/results/growth.jsonl --plot growth.png

Synthetic graphs of mean degree 10 with 128 dense features; encoder of widths 128 and 64, 1,024 global and 4
local anchors, all else as the preset rgrl-cs has it; full batch. Each size is measured in a process of its
own, whose peak memory is that of making the graph, finding the local anchors and training. The time is the
median over updates after a first one, which is different: it runs batch norm in train mode. Local anchors are
found once for a graph and stand apart.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from children import append, in_child

from rgrl.bench.environment import hardware, peak_memory_bytes, versions

NODES = [10_000, 30_000, 100_000, 300_000, 1_000_000]
DEGREE, FEATURES, LAYERS, GLOBAL_ANCHORS, LOCAL_ANCHORS = 10, 128, [128, 64], 1024, 4
EXPONENT_AT_MOST, PEAK_BYTES_AT_MOST = 1.1, 12e9


def main() -> None:
    """Measure, fit, print, store and draw."""
    arguments = parse()
    if arguments.child:
        print(json.dumps(measure(arguments.nodes[0], arguments)))
        return
    rows: list[dict[str, Any]] = []
    if not arguments.json:
        print(HEADER)
    for nodes in arguments.nodes:
        options = ["--updates", str(arguments.updates), "--power", str(arguments.power), "--child"]
        row = {"benchmark": "growth", **in_child(__file__, [str(nodes), *options], as_command=True)}
        if rows:
            row["slope"] = exponent([rows[-1], row], "ms")
        rows.append(row)
        append(arguments.out, row)
        print(json.dumps(row) if arguments.json else described(row), flush=True)
    total = summary(rows)
    append(arguments.out, total)
    print(json.dumps(total) if arguments.json else "\n".join(verdicts(total)))
    if arguments.plot is not None:
        from growth_plot import draw

        draw(rows, total, arguments.plot)


def parse() -> argparse.Namespace:
    """Read the command line and refuse, before anything is measured, what cannot end well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("nodes", nargs="*", type=lambda text: int(float(text)), default=NODES)
    parser.add_argument("--updates", type=int, default=5, help="timed updates of each size, at the least")
    parser.add_argument("--power", type=float, default=0.5, help="of the degrees; 0 makes them equal")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and nothing else")
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="picture to draw, .png or .svg")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.nodes = sorted(set(arguments.nodes))
    if arguments.updates < 1:
        sys.exit(f"error: --updates is {arguments.updates}: at least 1 is needed")
    if min(arguments.nodes) < 100:
        sys.exit(f"error: {min(arguments.nodes)} nodes: at least 100 are needed")
    for path in (arguments.out, arguments.plot):
        if path is not None and not path.resolve().parent.is_dir():
            sys.exit(f"error: {path} cannot be written: its folder does not exist")
    if arguments.plot is not None:
        if arguments.plot.suffix not in (".png", ".svg"):
            sys.exit(f"error: --plot is {arguments.plot}: a name that ends in .png or .svg is needed")
        try:
            import matplotlib  # noqa: F401  # missed now rather than after the last measurement
        except ImportError:
            sys.exit("error: --plot needs matplotlib: pip install 'rgrl[plot]'")
    return arguments


def measure(nodes: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure one size in this process."""
    import torch
    from inputs import synthetic_graph
    from stopwatch import Stopwatch

    from rgrl.bench.build import build_method
    from rgrl.graph import Graph, LocalAnchors
    from rgrl.presets import load_preset
    from rgrl.training import train

    LocalAnchors.from_graph(Graph.from_edge_index([[0, 1], [1, 0]], x=np.eye(2)), k=1)  # compiles the push
    start_bytes = peak_memory_bytes("cpu")
    graph = synthetic_graph(nodes, DEGREE * nodes, FEATURES, 1.0, power=arguments.power)
    graph_bytes = peak_memory_bytes("cpu")
    preset = load_preset("rgrl-cs").replace(
        {"layers": LAYERS, "num_anchors": GLOBAL_ANCHORS, "num_local_anchors": LOCAL_ANCHORS}
    )
    generator = torch.Generator().manual_seed(0)
    method = build_method(preset, graph.num_features, generator)
    watch = Stopwatch()
    watch.function(LocalAnchors, "from_graph", "local anchors")
    updates = train(
        method,
        graph,
        epochs=sys.maxsize,
        learning_rate=preset.learning_rate,
        weight_decay=preset.weight_decay,
        generator=generator,
    )
    next(updates)
    times: list[float] = []
    processor: list[float] = []
    # A median of few short updates would be noise: small graphs are given a second.
    while len(times) < arguments.updates or (sum(times) < 1 and len(times) < 50):
        start, start_processor = time.perf_counter(), time.process_time()
        next(updates)
        times.append(time.perf_counter() - start)
        processor.append(time.process_time() - start_processor)
    return {
        "nodes": nodes,
        "edges": graph.num_edges,
        "power": arguments.power,
        "ms": 1e3 * statistics.median(times),
        "ms_least": 1e3 * min(times),
        "ms_most": 1e3 * max(times),
        # All threads together: well below threads times ms, something else was using the machine.
        "processor_ms": 1e3 * statistics.median(processor),
        "updates": len(times),
        "local_anchors_s": watch.seconds["local anchors"],
        "peak_bytes": peak_memory_bytes("cpu"),
        "peak_bytes_of_graph": graph_bytes,
        "start_bytes": start_bytes,
    }


def exponent(rows: list[dict[str, Any]], key: str) -> float:
    """Slope of the least-squares line through the logarithms of ``key`` against those of the nodes."""
    x, y = (np.log([float(row[name]) for row in rows]) for name in ("nodes", key))
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / (x @ x))


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The exponents, the targets, and what measured."""
    result: dict[str, Any] = {"benchmark": "growth", "summary": True}
    result |= {"mean_degree": DEGREE, "features": FEATURES, "layers": LAYERS}
    result |= {"global_anchors": GLOBAL_ANCHORS, "local_anchors": LOCAL_ANCHORS, "preset": "rgrl-cs"}
    result["sizes"] = [row["nodes"] for row in rows]
    result["peak_bytes"] = max(row["peak_bytes"] for row in rows)
    result |= {"exponent_at_most": EXPONENT_AT_MOST, "peak_bytes_at_most": PEAK_BYTES_AT_MOST}
    result["peak_met"] = result["peak_bytes"] <= PEAK_BYTES_AT_MOST
    if len(rows) > 1:
        result["exponent"] = exponent(rows, "ms")
        result["exponent_met"] = result["exponent"] <= EXPONENT_AT_MOST
        result["processor_exponent"] = exponent(rows, "processor_ms")
        result["local_anchors_exponent"] = exponent(rows, "local_anchors_s")
    return result | {"hardware": hardware("cpu"), "versions": versions()}


HEADER = (
    f"{'nodes':>9}  {'edges':>10}  {'update':>11}  {'slope':>5}  {'local anchors':>13}  {'peak memory':>11}"
)


def described(row: dict[str, Any]) -> str:
    """One size for people."""
    slope = f"{row['slope']:.2f}" if "slope" in row else ""
    return (
        f"{row['nodes']:>9,}  {row['edges']:>10,}  {row['ms']:>8,.0f} ms  {slope:>5}  "
        f"{row['local_anchors_s']:>11,.2f} s  {row['peak_bytes'] / 1e9:>8.2f} GB"
    )


def verdicts(total: dict[str, Any]) -> list[str]:
    """The targets, met or not, for people."""
    lines = []
    if "exponent" in total:
        lines.append(
            f"time grows as nodes^{total['exponent']:.3f}: at most {EXPONENT_AT_MOST} "
            f"{'met' if total['exponent_met'] else 'NOT met'} "
            f"(processor time: nodes^{total['processor_exponent']:.3f}, "
            f"local anchors: nodes^{total['local_anchors_exponent']:.3f})"
        )
    lines.append(
        f"largest peak {total['peak_bytes'] / 1e9:.2f} GB: at most {PEAK_BYTES_AT_MOST / 1e9:.0f} GB "
        f"{'met' if total['peak_met'] else 'NOT met'}"
    )
    return lines


if __name__ == "__main__":
    main()
