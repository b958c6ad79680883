"""When both views of a graph may go through an encoder side by side."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from rgrl.graph import Graph, SparseFeatures, View
from rgrl.graph.stack_views import repeat_graph
from rgrl.methods.block_rows import block_rows
from rgrl.nn import GCNEncoder
from rgrl.nn.norm import looks_at_batch


def twice_if_small(graph: Graph, encoder: nn.Module, head_width: int) -> Graph | None:
    """The graph two times side by side, if both views' activations stay in the cache.

    An update of a small graph spends as much time between its operations as in them.

    Args:
        graph: The graph; features that are dense would have to be copied and masked, and give ``None``.
        encoder: Any but the fast GCN gives ``None``.
        head_width: Widest layer that follows the encoder.
    """
    if graph.device.type != "cpu" or not isinstance(graph.x, SparseFeatures):
        return None
    if not isinstance(encoder, GCNEncoder):
        return None
    small = 2 * graph.num_nodes <= block_rows(graph.device, max(head_width, *encoder.widths))
    return repeat_graph(graph, 2) if small else None


def fit_in_one_pass(views: Sequence[View], graph: Graph, encoder: nn.Module) -> bool:
    """Whether the encoder gives for two views side by side what it gives for each alone."""
    if len(views) != 2 or any(view.graph is not graph for view in views):
        return False
    return not any(looks_at_batch(module) for module in encoder.modules())
