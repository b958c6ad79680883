from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import graphs

from rgrl.errors import DataError
from rgrl.graph import Graph, SparseFeatures, induced_subgraph


def dense(x: torch.Tensor | SparseFeatures) -> torch.Tensor:
    return x.to_dense() if isinstance(x, SparseFeatures) else x


@st.composite
def graphs_with_nodes(draw: st.DrawFn) -> tuple[Graph, list[int]]:
    graph = draw(graphs())
    order = draw(st.permutations(range(graph.num_nodes)))
    return graph, order[: draw(st.integers(1, graph.num_nodes))]


@given(graphs_with_nodes())
def test_has_the_edges_between_the_nodes_and_their_features(case: tuple[Graph, list[int]]) -> None:
    graph, nodes = case
    found = induced_subgraph(graph, torch.tensor(nodes))
    place = {node: i for i, node in enumerate(nodes)}
    edges = {(place[a], place[b]) for a, b in graph.edge_index.T.tolist() if a in place and b in place}
    assert set(map(tuple, found.edge_index.T.tolist())) == edges
    assert found.num_edges == len(edges)
    assert torch.equal(dense(found.x), dense(graph.x)[nodes])
    assert isinstance(found.x, SparseFeatures) == isinstance(graph.x, SparseFeatures)


@given(graphs_with_nodes())
def test_is_the_graph_built_of_those_edges(case: tuple[Graph, list[int]]) -> None:
    graph, nodes = case
    found = induced_subgraph(graph, np.array(nodes))
    built = Graph.from_edge_index(
        found.edge_index, x=dense(found.x), sparse_features=isinstance(graph.x, SparseFeatures)
    )
    for part in ("crow", "col", "row", "transpose_crow", "transpose_col", "transpose_order"):
        assert torch.equal(getattr(found.pattern, part), getattr(built.pattern, part))
        assert getattr(found.pattern, part).dtype == getattr(built.pattern, part).dtype
    assert found.pattern.symmetric == built.pattern.symmetric
    assert found.pattern.shape == built.pattern.shape
    assert torch.equal(found.diagonal, built.diagonal)
    assert torch.equal(found.has_loop, built.has_loop)


@given(graphs())
def test_all_nodes_in_order_are_the_graph(graph: Graph) -> None:
    found = induced_subgraph(graph, range(graph.num_nodes))
    assert torch.equal(found.edge_index, graph.edge_index)
    assert torch.equal(dense(found.x), dense(graph.x))


def test_labels_follow_and_nothing_is_shared() -> None:
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=np.ones((3, 2)), y=[5, 6, 7])
    found = induced_subgraph(graph, [2, 0])
    assert found.y is not None
    assert found.y.tolist() == [7, 5]
    found.x[:] = 0
    assert (graph.x == 1).all()


@pytest.mark.parametrize(
    ("nodes", "complaint"),
    [
        ([], r"nodes has shape \[0\]"),
        ([[0]], r"nodes has shape \[1, 1\]"),
        ([0.5], "nodes has dtype float64"),
        (torch.tensor([True, False, True]), "nodes has dtype bool"),
        ([0, 3], "nodes reaches from 0 to 3: 0 to 2 are accepted"),
        ([-1], "nodes reaches from -1 to -1"),
        ([1, 0, 1], "nodes repeats a node: 3 indices name 2 nodes"),
    ],
)
def test_refuses_other_nodes(nodes: object, complaint: str) -> None:
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=np.ones((3, 2)))
    with pytest.raises(DataError, match=complaint):
        induced_subgraph(graph, nodes)
