"""Memory that a large bag-of-words graph takes: loading it and one update of RGRL.

    python benchmarks/memory.py            # a graph of Cora Full's size: 19,793 x 8,710, 0.7 % dense

Prints one JSON object. ``rise_bytes`` is the growth of the peak resident memory from before the features are
built; the size of the same features as a dense matrix stands beside it.
"""

from __future__ import annotations

import argparse
import json

import numpy as np
import torch
from scipy import sparse

from rgrl.bench.build import build_method
from rgrl.bench.environment import peak_memory_bytes
from rgrl.graph import Graph, topk_ppr
from rgrl.presets import load_preset
from rgrl.training import train


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--nodes", type=int, default=19_793)
    parser.add_argument("--features", type=int, default=8_710)
    parser.add_argument("--edges", type=int, default=126_842, help="directed edges")
    parser.add_argument("--density", type=float, default=0.007)
    parser.add_argument("--layers", type=int, nargs="+", default=[128, 64])
    parser.add_argument("--preset", default="rgrl-corafull")
    parser.add_argument("--updates", type=int, default=1)
    arguments = parser.parse_args()

    warm = Graph.from_edge_index([[0, 1], [1, 0]], x=np.eye(2))
    topk_ppr(warm, k=1)  # compiled code and worker threads are not the graph's memory
    torch.ones(256, 256) @ torch.ones(256, 256)
    before = peak_memory_bytes("cpu")

    rng = np.random.default_rng(0)
    nonzeros = int(arguments.density * arguments.nodes * arguments.features)
    rows, columns = (rng.integers(size, size=nonzeros) for size in (arguments.nodes, arguments.features))
    shape = (arguments.nodes, arguments.features)
    x = sparse.csr_matrix((np.ones(nonzeros, dtype=np.float32), (rows, columns)), shape=shape)
    x.data[:] = 1.0  # where a word was drawn twice
    edges = rng.integers(arguments.nodes, size=(2, arguments.edges // 2))
    graph = Graph.from_edge_index(np.concatenate([edges, edges[::-1]], axis=1), x=x)
    preset = load_preset(arguments.preset).replace({"layers": arguments.layers})
    generator = torch.Generator().manual_seed(0)
    method = build_method(preset, graph.num_features, generator)
    for _ in train(method, graph, epochs=arguments.updates, generator=generator):
        pass
    print(
        json.dumps(
            {
                "nodes": arguments.nodes,
                "features": arguments.features,
                "density": arguments.density,
                "layers": arguments.layers,
                "preset": arguments.preset,
                "rise_bytes": peak_memory_bytes("cpu") - before,
                "dense_features_bytes": arguments.nodes * arguments.features * 4,
            }
        )
    )


if __name__ == "__main__":
    main()
