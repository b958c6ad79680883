"""When both views of a graph may go through an encoder side by side."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from rgrl.graph import Graph, SparseFeatures, View
from rgrl.graph.stack_views import repeat_graph
from rgrl.methods.block_rows import block_rows
from rgrl.nn import FrozenBatchNorm, GCNEncoder, GCNLayer, LayerNorm, Predictor, PReLU
from rgrl.nn.hooks import has_hooks
from rgrl.nn.norm import looks_at_batch
from rgrl.relation import EMATeacher

#: What gives a node the same in any company: no subclass of these, which may do anything.
_BY_NODE = (
    EMATeacher, GCNEncoder, GCNLayer, Predictor, PReLU, LayerNorm,
    nn.Identity, nn.Linear, nn.ModuleList, nn.ReLU,
)  # fmt: skip
_BATCH_NORMS = (nn.BatchNorm1d, FrozenBatchNorm)


def twice_if_small(graph: Graph, encoder: nn.Module, head_width: int) -> Graph | None:
    """The graph two times side by side, if both views stay in the cache with their activations.

    An update of a small graph spends as much time between its operations as in them.

    Args:
        graph: The graph; features that are dense would have to be copied and masked, and give ``None``.
        encoder: Any but the fast GCN gives ``None``.
        head_width: Widest layer that follows the encoder.
    """
    if graph.device.type != "cpu" or not isinstance(graph.x, SparseFeatures):
        return None
    if type(encoder) is not GCNEncoder:
        return None
    activations = graph.num_nodes * max(head_width, *encoder.widths)
    entries = graph.pattern.nnz + graph.x.pattern.nnz
    small = 2 * max(activations, entries) <= block_rows(graph.device, 1)
    return repeat_graph(graph, 2) if small else None


def fit_in_one_pass(views: Sequence[View], graph: Graph, *modules: nn.Module) -> bool:
    """Whether modules give for two views side by side what they give for each alone, and nobody looks on."""
    if len(views) != 2 or any(type(view) is not View or view.graph is not graph for view in views):
        return False
    parts = [part for module in modules for part in module.modules()]
    return all(_works_by_node(part) for part in parts) and not any(has_hooks(part) for part in parts)


def _works_by_node(module: nn.Module) -> bool:
    if type(module) in _BATCH_NORMS:
        return not looks_at_batch(module)
    return type(module) in _BY_NODE
