"""The picture of ``growth.py``: time and peak memory against nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure  # not pyplot, which would look for a screen


def draw(rows: list[dict[str, Any]], total: dict[str, Any], path: Path) -> None:
    """Draw both panels; markers and dashes tell the lines apart, colours are not needed.

    Args:
        rows: One for each size.
        total: The summary: targets, and the exponent if there are two sizes or more.
        path: A ``.png`` or ``.svg`` file.
    """
    nodes = [row["nodes"] for row in rows]
    seconds = [row["ms"] / 1e3 for row in rows]
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)

    fitted = f", nodes$^{{{total['exponent']:.2f}}}$" if "exponent" in total else ""
    left.plot(nodes, seconds, "o-", color="black", label=f"one update{fitted}")
    anchors = [row["local_anchors_s"] for row in rows]
    left.plot(nodes, anchors, "s--", color="black", markerfacecolor="white", label="local anchors, once")
    guide = [seconds[0] * n / nodes[0] for n in nodes]
    left.plot(nodes, guide, ":", color="0.45", linewidth=2, label="proportional to nodes", zorder=1)
    left.set(ylabel="seconds", title="Time")

    right.plot(nodes, [row["peak_bytes"] / 1e9 for row in rows], "o-", color="black", label="peak in all")
    graph = [row["peak_bytes_of_graph"] / 1e9 for row in rows]
    right.plot(nodes, graph, "^--", color="black", markerfacecolor="white", label="peak of making the graph")
    most = total["peak_bytes_at_most"] / 1e9
    right.axhline(most, color="0.45", linestyle="-.", label=f"target: at most {most:.0f} GB")
    right.set(ylabel="GB", title="Memory of the process")

    for axes in (left, right):
        axes.set(xscale="log", yscale="log", xlabel="nodes")
        axes.grid(which="major", color="0.85", linewidth=0.6)
        axes.legend(frameon=False, fontsize="small", handlelength=3.5)
    figure.savefig(path, dpi=200)
