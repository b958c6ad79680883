"""Top-k personalised PageRank of every node, by push."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from rgrl.errors import ConfigError
from rgrl.graph.graph import Graph

_BLOCK = 64  # seeds a task; small enough to spread unequal work over the threads
_REFINEMENTS = 15
_MOST_WORK = 2e8  # steps of a refinement, some seconds

logger = logging.getLogger(__name__)


def topk_ppr(
    graph: Graph, *, k: int, restart: float = 0.15, tolerance: float = 1e-4, include_self: bool = True
) -> tuple[Tensor, Tensor]:
    """The k nodes of largest symmetric personalised PageRank, for every node.

    ``P = α (I − (1 − α) T)^-1`` with ``T = D^-1/2 (A + I) D^-1/2`` (RGRL's diffusion; PyG's ``GDC`` inverts
    it densely). The push works on the random walk of ``A + I``; row i of P follows from it as
    ``ppr[i, j] / sqrt(deg_j)``, up to a factor of i. Edges are walked in both directions, so a directed
    graph counts as undirected here. A loop of the input counts once, as in the encoder; GDC counts it twice.
    Memory is ``O(N k)``, a number an edge, and a few arrays of N for each thread.

    Args:
        graph: Graph of N nodes.
        k: Anchors of a node.
        restart: α, in (0, 1).
        tolerance: Residual left per unit of degree; smaller is more exact and slower. At 1e-4 the chosen
            nodes hold more than 0.999 of the exact top-k mass. For a node that reaches fewer than k others
            and could reach more it is divided by ten up to fifteen times; less often if there are too many of
            them beside too large a hub. Where some stay short a warning is logged.
        include_self: Whether a node may be among its own anchors, as in the paper.

    Returns:
        Nodes, int64 ``[N, k]``, by falling score and, at ties, rising number; −1 where there are fewer
        than k in the component. Scores, float32 ``[N, k]``, 0 there; comparable within a row.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> topk_ppr(graph, k=2)[0].tolist()
        [[0, 1], [1, 0]]
    """
    if k < 1:
        raise ConfigError(f"k is {k}: at least 1 anchor is needed")
    if not 0.0 < restart < 1.0:
        raise ConfigError(f"restart is {restart}: a number between 0 and 1 is needed")
    if not tolerance > 0.0:
        raise ConfigError(f"tolerance is {tolerance}: a number above 0 is needed")
    crow, col = _undirected_pattern(graph)
    nodes = graph.num_nodes
    index = np.full((nodes, k), -1, dtype=np.int64)
    score = np.zeros((nodes, k), dtype=np.float32)
    wanted = np.minimum(k, _component_sizes(crow, col) - (not include_self))
    tasks = [np.arange(first, min(first + _BLOCK, nodes)) for first in range(0, nodes, _BLOCK)]
    for _ in range(_REFINEMENTS):
        _push(tasks, crow, col, restart, tolerance, include_self, index, score)
        short = np.flatnonzero((index >= 0).sum(1) < wanted)
        if short.size == 0:
            break
        work = float(_steps_to_second_neighbours(crow, col)[short].sum())
        if work > _MOST_WORK:
            logger.warning(
                "%d nodes beside hubs have fewer than %d local anchors: more would cost too much",
                short.size,
                k,
            )
            break
        # Beside a hub whose degree is above 1 / tolerance, a push ends before it reaches k nodes.
        tasks, tolerance = np.array_split(short, -(-short.size // _BLOCK)), tolerance / 10
    else:
        if still := int(((index >= 0).sum(1) < wanted).sum()):
            logger.warning("%d nodes have fewer than %d local anchors: others are too far away", still, k)
    return torch.from_numpy(index), torch.from_numpy(score)


def _push(
    tasks: Sequence[np.ndarray],
    crow: np.ndarray,
    col: np.ndarray,
    restart: float,
    tolerance: float,
    include_self: bool,
    index: np.ndarray,
    score: np.ndarray,
) -> None:
    """Fill the rows of the seeds in each task, the tasks spread over threads."""
    from rgrl.graph.push_kernel import Workspace, push_seeds

    nodes = crow.size - 1
    degree = np.diff(crow).astype(np.float64)
    inverse_root_degree = 1.0 / np.sqrt(degree)
    limit = np.maximum(tolerance * degree, np.finfo(np.float32).tiny)  # the kernel's marks stay below it
    # A node that was not pushed holds no more than its limit; the margin is for rounding.
    negligible = 1.001 * restart * float((limit * inverse_root_degree).max())
    threshold = limit[col]
    idle: list[Workspace] = []

    def push(seeds: np.ndarray) -> None:
        try:
            workspace = idle.pop()
        except IndexError:  # this thread's first task
            workspace = Workspace.empty(nodes, col.dtype)
        push_seeds(
            seeds, crow, col, threshold, inverse_root_degree, restart, negligible, include_self,
            workspace, index, score,
        )  # fmt: skip
        idle.append(workspace)

    with ThreadPoolExecutor(max_workers=torch.get_num_threads()) as pool:
        list(pool.map(push, tasks))


def _steps_to_second_neighbours(crow: np.ndarray, col: np.ndarray) -> np.ndarray:
    """Edges of each node's neighbours, ``[N]``: what it costs a seed to push them all once."""
    return np.add.reduceat(np.diff(crow).astype(np.float64)[col], crow[:-1])


def _component_sizes(crow: np.ndarray, col: np.ndarray) -> np.ndarray:
    """Nodes of the component that each node is in, ``[N]``."""
    ones, shape = np.ones(col.size, dtype=np.int8), (crow.size - 1, crow.size - 1)
    _, component = connected_components(sparse.csr_matrix((ones, col, crow), shape=shape), directed=False)
    return np.bincount(component)[component]


def _undirected_pattern(graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    crow, col = graph.pattern.crow.cpu().numpy(), graph.pattern.col.cpu().numpy()
    if graph.is_undirected:
        return crow, col
    matrix = sparse.csr_matrix((np.ones(col.size, dtype=bool), col, crow), shape=graph.pattern.shape)
    both = (matrix + matrix.T).tocsr()
    both.sort_indices()
    return both.indptr, both.indices
