"""Graphs, their views and augmentations, and personalised PageRank."""

from rgrl.graph.convert import as_graph
from rgrl.graph.csr_matmul import csr_matmul
from rgrl.graph.csr_pattern import CSRPattern
from rgrl.graph.graph import Graph
from rgrl.graph.graph_batches import graph_batches
from rgrl.graph.induced_subgraph import induced_subgraph
from rgrl.graph.local_anchors import LocalAnchors
from rgrl.graph.ppr import topk_ppr
from rgrl.graph.random_walks import random_walks
from rgrl.graph.sparse_features import SparseFeatures
from rgrl.graph.structural_features import structural_features
from rgrl.graph.view import View

__all__ = [
    "CSRPattern",
    "Graph",
    "LocalAnchors",
    "SparseFeatures",
    "View",
    "as_graph",
    "csr_matmul",
    "graph_batches",
    "induced_subgraph",
    "random_walks",
    "structural_features",
    "topk_ppr",
]
