"""Several views of one small graph as a single view: half as many operations for the same products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from scipy import sparse

from rgrl.graph.csr_pattern import CSRPattern
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures
from rgrl.graph.view import View


def repeat_graph(graph: Graph, times: int) -> Graph:
    """Put copies of a graph with sparse features side by side: N nodes each, no edge between them, no labels.

    Args:
        graph: What is repeated; its features are :class:`SparseFeatures`.
        times: How often, at least 1.
    """
    assert isinstance(graph.x, SparseFeatures)
    edges = sparse.block_diag([_entries(graph.pattern)] * times, format="csr")
    features = sparse.vstack([_entries(graph.x.pattern)] * times, format="csr")
    return Graph(
        pattern=CSRPattern.from_scipy(edges).to(graph.device),
        diagonal=torch.cat([graph.diagonal + i * graph.pattern.nnz for i in range(times)]),
        has_loop=graph.has_loop.repeat(times),
        x=SparseFeatures(CSRPattern.from_scipy(features).to(graph.device), graph.x.values.repeat(times)),
    )


def _entries(pattern: CSRPattern) -> sparse.csr_matrix:
    """A pattern with ``True`` everywhere: an entry stays one whatever its value, be it 0."""
    ones = np.ones(pattern.nnz, dtype=bool)
    return sparse.csr_matrix(
        (ones, pattern.col.cpu().numpy(), pattern.crow.cpu().numpy()), shape=pattern.shape
    )


def stack_views(views: Sequence[View], repeated: Graph) -> View:
    """One view of ``len(views) N`` nodes: node i of view v is node ``v N + i``.

    Each part keeps the edges and the features that its view keeps, so a layer that works on nodes and their
    neighbours gives what it gives on the views one by one.

    Args:
        views: Views of one graph.
        repeated: That graph, :func:`repeat_graph` as often as there are views.
    """
    assert isinstance(repeated.x, SparseFeatures)
    everything = torch.ones(views[0].graph.pattern.nnz, dtype=torch.bool, device=repeated.device)
    keeps = [everything if view.edge_keep is None else view.edge_keep for view in views]
    values = torch.cat([view.feature_values for view in views])
    return View(
        replace(repeated, x=SparseFeatures(repeated.x.pattern, values)),
        edge_keep=None if all(view.edge_keep is None for view in views) else torch.cat(keeps),
    )
