"""Several views of one small graph as a single view: half as many operations for the same products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
    p = graph.pattern
    ones = torch.ones(p.nnz, dtype=torch.bool).numpy()
    matrix = sparse.csr_matrix((ones, p.col.cpu().numpy(), p.crow.cpu().numpy()), shape=p.shape)
    features = sparse.vstack([graph.x.to_scipy()] * times, format="csr")
    return Graph(
        pattern=CSRPattern.from_scipy(sparse.block_diag([matrix] * times, format="csr")).to(graph.device),
        diagonal=torch.cat([graph.diagonal + i * p.nnz for i in range(times)]),
        has_loop=graph.has_loop.repeat(times),
        x=SparseFeatures.from_scipy(features).to(graph.device),
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
