"""Random walks along the edges of a graph."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.graph.graph import Graph

_BLOCK = 256  # walks a task


def random_walks(
    graph: Graph, *, walk_length: int, walks_per_node: int, p: float = 1.0, q: float = 1.0, seed: int = 0
) -> Tensor:
    """Walk from every node that has an outgoing edge, each edge in its direction.

    With p = q = 1 the next node is any neighbour alike (DeepWalk: Perozzi, Al-Rfou and Skiena, 2014). In
    general, having come from t to v, the walk goes on to x with a probability proportional to 1 / p for
    x = t, to 1 where t has an edge to x, and to 1 / q elsewhere (node2vec: Grover and Leskovec, 2016,
    section 3.2). It is drawn by rejection, with no table for pairs of edges. A self-loop is an edge.

    Args:
        graph: Graph of N nodes.
        walk_length: L, nodes of a walk, its start included.
        walks_per_node: Walks from each node.
        p: Return parameter, 1e-9 to 1e9; larger turns back less.
        q: In-out parameter, 1e-9 to 1e9; larger stays nearer.
        seed: From 0 to 2³² − 1; the same walks whatever the number of threads.

    Returns:
        Nodes, int32 ``[W, L]`` on the CPU (int64 from 2³¹ edges on), −1 after the end of a walk that reached
        a node without outgoing edges. Each node's first walk comes before any node's second, in an order
        drawn anew each time.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0], [3.0]])
        >>> sorted(random_walks(graph, walk_length=4, walks_per_node=1).tolist())
        [[0, 1, 0, 1], [1, 0, 1, 0]]
    """
    for name, count in (("walk_length", walk_length), ("walks_per_node", walks_per_node)):
        if count < 1:
            raise ConfigError(f"{name} is {count}: at least 1 is needed")
    for name, value in (("p", p), ("q", q)):
        if not 1e-9 <= value <= 1e9:
            raise ConfigError(f"{name} is {value}: a number from 1e-9 to 1e9 is needed")
    if not 0 <= seed < 2**32:
        raise ConfigError(f"seed is {seed}: a whole number from 0 to 2³² − 1 is needed")
    from rgrl.graph.walk_kernel import walk

    crow, col = _outgoing(graph)
    draw = np.random.default_rng(seed)
    sources = np.flatnonzero(np.diff(crow)).astype(col.dtype)
    starts = np.concatenate([draw.permutation(sources) for _ in range(walks_per_node)])
    walks = np.empty((starts.size, walk_length), dtype=col.dtype)
    tasks = [np.arange(first, min(first + _BLOCK, starts.size)) for first in range(0, starts.size, _BLOCK)]
    with ThreadPoolExecutor(max_workers=torch.get_num_threads()) as pool:
        list(pool.map(lambda numbers: walk(numbers, seed, starts, crow, col, 1 / p, 1 / q, walks), tasks))
    return torch.from_numpy(walks)


def _outgoing(graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    """Row pointers and columns of the edges by source, without the diagonal that did not come as input."""
    source, target = graph.edge_index.cpu()
    crow = np.zeros(graph.num_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(source.numpy(), minlength=graph.num_nodes), out=crow[1:])
    return crow, target.to(graph.pattern.col.dtype).numpy()
