"""Make `rgrl/datasets/cora_linqs_order.npy`: which line of `cora.content` is which Planetoid node.

Usage: python benchmarks/make_cora_order.py PLANETOID_FOLDER LINQS_FOLDER [--out FILE]

Lines and nodes are matched by features and label; where several share them, by the neighbours
that are unique.
The result is accepted only if both forms then agree in every feature, edge and label.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from rgrl.datasets.linqs import CORA_CLASSES, read_linqs
from rgrl.datasets.planetoid import PLANETOID_PARTS, read_planetoid
from rgrl.datasets.raw_graph import RawGraph


def match(canonical: RawGraph, other: RawGraph) -> np.ndarray:
    """Return `order` with `order[i]` the node of `other` that is node i of `canonical`."""
    groups: dict[tuple[bytes, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, graph in enumerate((canonical, other)):
        for node, row in enumerate(graph.x.toarray().astype(np.uint8)):
            groups[row.tobytes(), int(graph.y[node])][side].append(node)
    order = np.full(canonical.num_nodes, -1)
    for ours, theirs in groups.values():
        if len(ours) != len(theirs):
            raise SystemExit(f"nodes {ours} have {len(theirs)} counterparts")
        if len(ours) == 1:
            order[ours[0]] = theirs[0]

    unique = set(order[order >= 0].tolist())
    near, near_other = neighbours(canonical), neighbours(other)
    for ours, theirs in groups.values():
        if len(ours) > 1:
            # Twins with the same neighbours may be swapped freely; they are paired in ascending order.
            left = sorted((sorted(int(order[k]) for k in near[i] if order[k] in unique), i) for i in ours)
            right = sorted((sorted(k for k in near_other[j] if k in unique), j) for j in theirs)
            order[[i for _, i in left]] = [j for _, j in right]
    return order


def neighbours(graph: RawGraph) -> list[set[int]]:
    """List the neighbours of each node."""
    near: list[set[int]] = [set() for _ in range(graph.num_nodes)]
    for source, target in graph.edge_index.T.tolist():
        near[source].add(target)
    return near


def main() -> None:
    """Read both forms, match them, prove the match and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("planetoid", type=Path)
    parser.add_argument("linqs", type=Path)
    parser.add_argument("--out", type=Path, default=Path("rgrl/datasets/cora_linqs_order.npy"))
    args = parser.parse_args()
    names = [f"ind.cora.{part}" for part in PLANETOID_PARTS]
    canonical = read_planetoid({name: args.planetoid / name for name in names}, "cora")
    papers, citations = args.linqs / "cora.content", args.linqs / "cora.cites"
    order = match(canonical, read_linqs(papers, citations, CORA_CLASSES))

    restored = read_linqs(papers, citations, CORA_CLASSES, order)
    equal = {
        "features": (restored.x != canonical.x).nnz == 0,
        "edges": np.array_equal(restored.edge_index, canonical.edge_index),
        "labels": np.array_equal(restored.y, canonical.y),
    }
    if not all(equal.values()):
        raise SystemExit(f"the restored graph differs: {equal}")
    part = args.out.with_suffix(".part")
    with part.open("wb") as stream:
        np.save(stream, order.astype(np.uint16))
    part.replace(args.out)
    print(f"{args.out}: {order.size} nodes, {canonical.edge_index.shape[1] // 2} edges, all equal")


if __name__ == "__main__":
    main()
