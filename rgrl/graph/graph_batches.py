"""Batches of whole graphs, for training on several graphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.graph.graph import Graph
from rgrl.graph.induced_subgraph import induced_subgraph


def graph_batches(
    graph: Graph, graph_of_node: Any, *, batch_size: int, generator: torch.Generator
) -> Iterator[Graph]:
    """Walk once through several graphs in random order, some of them at a time.

    Args:
        graph: Their disjoint union.
        graph_of_node: Number of the graph that each node belongs to, integers ``[N]`` in a tensor, array or
            list; the numbers need not be successive.
        batch_size: Number of graphs in a batch; the last batch may have fewer.
        generator: Draws the order; on the CPU.

    Yields:
        The disjoint union of ``batch_size`` graphs, their nodes in the order they have in ``graph``.

    Raises:
        DataError: If ``graph_of_node`` is not integer or not one number a node, or if an edge runs between
            two of the graphs.
        ConfigError: If ``batch_size`` is below 1.

    Example:
        >>> pair = Graph.from_edge_index([[0, 1], [1, 0]], x=[[0.0], [1.0], [2.0]])
        >>> draw = torch.Generator().manual_seed(0)
        >>> batches = graph_batches(pair, torch.tensor([0, 0, 1]), batch_size=1, generator=draw)
        >>> sorted(batch.num_nodes for batch in batches)
        [1, 2]
    """
    graph_of_node = torch.as_tensor(graph_of_node)
    whole = not (graph_of_node.is_floating_point() or graph_of_node.is_complex())
    if not whole or graph_of_node.dtype == torch.bool or tuple(graph_of_node.shape) != (graph.num_nodes,):
        raise DataError(
            f"graph_of_node has dtype {graph_of_node.dtype} and shape {list(graph_of_node.shape)}: "
            f"one integer for each of {graph.num_nodes} nodes is needed"
        )
    if batch_size < 1:
        raise ConfigError(f"batch_size is {batch_size}: 1 or more graphs are needed")
    graph_of_node = graph_of_node.cpu()
    pattern = graph.pattern
    between = int((graph_of_node[pattern.row.cpu()] != graph_of_node[pattern.col.cpu()]).sum())
    if between:
        raise DataError(
            f"graph_of_node puts the ends of {between} edges into different graphs: "
            "every edge must lie within one graph"
        )
    return _batches(graph, graph_of_node, batch_size, generator)


def _batches(
    graph: Graph, graph_of_node: Tensor, batch_size: int, generator: torch.Generator
) -> Iterator[Graph]:
    numbers = torch.unique(graph_of_node)
    order = numbers[torch.randperm(numbers.numel(), generator=generator)]
    for some in order.split(batch_size):
        yield induced_subgraph(graph, torch.isin(graph_of_node, some).nonzero().squeeze(1))
