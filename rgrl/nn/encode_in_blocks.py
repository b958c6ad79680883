"""Embedding a large graph: layer by layer, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.graph.csr_matmul import csr_product
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures
from rgrl.graph.view import View
from rgrl.nn.fold_norm import fold_norm
from rgrl.nn.gcn_encoder import GCNEncoder
from rgrl.nn.gcn_layer import GCNLayer
from rgrl.nn.inference import inference
from rgrl.nn.pyg_encoder import PyGEncoder
from rgrl.nn.sage_encoder import SAGEEncoder
from rgrl.nn.sage_layer import SAGELayer

#: Some rows, from start to stop, of a matrix that is nowhere whole.
_Rows = Callable[[slice], Tensor]


def encode_in_blocks(encoder: nn.Module, graph: Graph, *, block_rows: int = 4096) -> Tensor:
    """Embed the nodes as ``encoder(graph.view())`` does in eval mode, in less memory; changes nothing.

    Two matrices with a row for each node exist at a time: what a layer's propagation reads, and what the next
    layer's will. Activations exist for a block only; PyG's layers, which write a row for each edge, are given
    the edges into a block and the nodes at their other ends. One node with very many edges is a block of
    that size all the same.

    Args:
        encoder: A :class:`GCNEncoder`, a :class:`SAGEEncoder`, or a :class:`PyGEncoder` of layers that know
            nothing of a node but its row: PyG's GATConv, GATv2Conv, GINConv, GraphConv and SAGEConv. No
            subclass, which may do more; hooks on its parts are not called.
        graph: On the encoder's device.
        block_rows: Rows of a block.

    Returns:
        ``[N, d]``, equal to the whole pass up to rounding.

    Raises:
        ConfigError: If ``block_rows`` is below 1, or it is another encoder, or has another layer.

    Example:
        >>> graph = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=torch.eye(3))
        >>> encode_in_blocks(GCNEncoder(3, (8, 4)), graph, block_rows=2).shape
        torch.Size([3, 4])
    """
    if block_rows < 1:
        raise ConfigError(f"block_rows is {block_rows}: a whole number of at least 1 is needed")
    view, nodes = graph.view(), graph.num_nodes
    blocks = [slice(a, min(a + block_rows, nodes)) for a in range(0, nodes, block_rows)]
    with inference(encoder):
        if type(encoder) is GCNEncoder:
            return _filled(blocks, _gcn_rows(encoder, view, blocks))
        if type(encoder) is SAGEEncoder:
            return _filled(blocks, _sage_rows(encoder, view, blocks))
        if type(encoder) is PyGEncoder:
            return _pyg(encoder, view, blocks)
    kind = type(encoder).__name__
    raise ConfigError(f"a {kind} cannot be taken layer by layer: GCNEncoder, SAGEEncoder and PyGEncoder can")


def _require_own(convs: nn.ModuleList, kind: type[nn.Module]) -> None:
    for conv in convs:
        if type(conv) is not kind:
            name = type(conv).__name__
            raise ConfigError(f"a {name} cannot be taken block by block: a {kind.__name__} can")


def _filled(blocks: list[slice], rows_of: _Rows) -> Tensor:
    """The whole matrix, block by block."""
    first = rows_of(blocks[0])
    whole = first.new_empty(blocks[-1].stop, first.shape[1])
    whole[blocks[0]] = first
    for rows in blocks[1:]:
        whole[rows] = rows_of(rows)
    return whole


def _gcn_rows(encoder: GCNEncoder, view: View, blocks: list[slice]) -> _Rows:
    """What gives rows of the last layer's output; all that stands before its propagation is computed."""
    _require_own(encoder.convs, GCNLayer)
    hidden: _Rows | None = None
    for layer, norm, activation in zip(encoder.convs, encoder.norms, encoder.activations, strict=True):
        conv = cast("GCNLayer", layer)
        folded = fold_norm(conv.weight, conv.bias, norm)
        weight, bias = (conv.weight, conv.bias) if folded is None else folded
        before = _filled(blocks, partial(_projected, view.graph, hidden, weight))
        for _ in range(conv.hops - 1):
            before = _filled(blocks, partial(_propagated, view, before, None))
        after = nn.Sequential(nn.Identity() if folded is not None else norm, activation)
        hidden = partial(_convolved, view, before, bias, after)
    assert hidden is not None
    return hidden


def _sage_rows(encoder: SAGEEncoder, view: View, blocks: list[slice]) -> _Rows:
    """The same of GraphSAGE; a layer's own rows are projected with the block that they are needed for."""
    _require_own(encoder.convs, SAGELayer)
    hidden: _Rows | None = None
    for layer, norm, activation in zip(encoder.convs, encoder.norms, encoder.activations, strict=True):
        conv = cast("SAGELayer", layer)
        neighbours = _filled(blocks, partial(_projected, view.graph, hidden, conv.lin_l.weight.t()))
        own = partial(_projected, view.graph, hidden, conv.lin_r.weight.t())
        hidden = partial(_averaged, view, neighbours, own, conv.lin_l.bias, nn.Sequential(norm, activation))
    assert hidden is not None
    return hidden


def _averaged(
    view: View, neighbours: Tensor, own: _Rows, bias: Tensor, after: nn.Module, rows: slice
) -> Tensor:
    mean = csr_product(view.graph.pattern, view.mean_values, neighbours, rows=rows, bias=bias)
    return cast("Tensor", after(mean.add_(own(rows))))


def _projected(graph: Graph, hidden: _Rows | None, weight: Tensor, rows: slice) -> Tensor:
    if hidden is not None:
        return hidden(rows) @ weight
    if isinstance(graph.x, SparseFeatures):
        return csr_product(graph.x.pattern, graph.x.values, weight, rows=rows)
    return graph.x[rows].to(weight.dtype) @ weight


def _propagated(view: View, before: Tensor, bias: Tensor | None, rows: slice) -> Tensor:
    return csr_product(view.graph.pattern, view.adjacency_values, before, rows=rows, bias=bias)


def _convolved(view: View, before: Tensor, bias: Tensor, after: nn.Module, rows: slice) -> Tensor:
    return cast("Tensor", after(_propagated(view, before, bias, rows)))


def _pyg(encoder: PyGEncoder, view: View, blocks: list[slice]) -> Tensor:
    from torch_geometric.nn import GATConv, GATv2Conv, GINConv, GraphConv, SAGEConv

    # A node's output follows from its own row and the rows at its edges' other ends; GCN's from degrees too.
    accepted = (GATConv, GATv2Conv, GINConv, GraphConv, SAGEConv)
    for conv in encoder.convs:
        if not isinstance(conv, accepted):
            names = ", ".join(layer.__name__ for layer in accepted)
            raise ConfigError(f"a {type(conv).__name__} cannot be taken block by block: {names} can")
    hidden: Tensor | None = None
    for conv, norm, activation in zip(encoder.convs, encoder.norms, encoder.activations, strict=True):
        after = nn.Sequential(norm, activation)
        hidden = _filled(blocks, partial(_message_passed, view.graph, hidden, conv, after))
    assert hidden is not None
    return hidden


def _message_passed(
    graph: Graph, hidden: Tensor | None, conv: nn.Module, after: nn.Module, rows: slice
) -> Tensor:
    """One layer's output for a block: its rows first, then the nodes whose edges lead into it."""
    size, pattern = rows.stop - rows.start, graph.pattern
    first, last = int(pattern.crow[rows.start]), int(pattern.crow[rows.stop])
    source, target = pattern.col[first:last].long(), pattern.row[first:last].long()
    source, target = source[source != target], target[source != target]
    inside = (source >= rows.start) & (source < rows.stop)
    others = torch.unique(source[~inside])
    place = torch.where(inside, source - rows.start, size + torch.searchsorted(others, source))
    nodes = torch.cat([torch.arange(rows.start, rows.stop, device=others.device), others])
    local = _dense_rows(graph, nodes) if hidden is None else hidden[nodes]
    local = local.to(next((parameter.dtype for parameter in conv.parameters()), local.dtype))
    return cast("Tensor", after(conv(local, torch.stack([place, target - rows.start]))[:size]))


def _dense_rows(graph: Graph, nodes: Tensor) -> Tensor:
    if isinstance(graph.x, SparseFeatures):
        dense = graph.x.to_scipy()[nodes.cpu().numpy()].toarray()
        return torch.from_numpy(dense).to(graph.device)
    return graph.x[nodes]
