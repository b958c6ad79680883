from __future__ import annotations

import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from torch_geometric.data import Data, HeteroData

from rgrl.errors import DataError, UnusedWeightsWarning
from rgrl.graph import as_graph
from rgrl.graph.graph_parts import graph_parts

EDGES = torch.tensor([[0, 1], [1, 0]])
FORMS = range(4)


def weighted(weight: float) -> list[object]:
    """A graph of two nodes in each form, with an edge of this weight beside one of weight 1."""
    return [
        Data(x=torch.ones(2, 1), edge_index=EDGES, edge_weight=torch.tensor([1.0, weight]).bfloat16()),
        nx.Graph([(0, 1, {"weight": weight})]),
        nx.MultiDiGraph([(0, 1, {"weight": np.float32(weight)}), (0, 1, {"weight": 1})]),
        sparse.csr_matrix([[0, weight], [1.0, 0]]),
    ]


@pytest.mark.parametrize("number", FORMS)
def test_weights_are_left_out_with_a_warning_and_refused_below_0(number: int) -> None:
    with pytest.warns(
        UnusedWeightsWarning, match="^edge weights are not used: an edge is there or it is not$"
    ):
        assert as_graph(weighted(2.0)[number], x=np.ones((2, 1))).num_edges in (1, 2)
    for weight in (-2.0, float("nan"), float("inf")):
        with pytest.raises(
            DataError, match=rf"^the edge \((0, 1|1, 0)\) has the weight {weight}: finite numbers of at"
        ):
            as_graph(weighted(weight)[number], x=np.ones((2, 1)))


@pytest.mark.parametrize("number", FORMS)
def test_an_edge_of_weight_0_is_none_in_every_form(number: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnusedWeightsWarning)
        with_it, without = (as_graph(weighted(w)[number], x=np.ones((2, 1))) for w in (1.0, 0.0))
    assert with_it.edge_index.tolist() == ([[0], [1]] if number == 2 else EDGES.tolist())
    # What is left: the other direction, no edge, the parallel edge, the other direction.
    expected = {0: [[0], [1]], 1: [[], []], 2: [[0], [1]], 3: [[1], [0]]}
    assert without.edge_index.tolist() == expected[number]


@given(
    st.integers(1, 5).flatmap(
        lambda nodes: st.lists(
            st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1), st.sampled_from([0, 1])),
            unique_by=lambda edge: edge[:2],
        ).map(lambda edges: (nodes, edges))
    )
)
@settings(deadline=None)
def test_all_forms_agree_on_stored_zeros(case: tuple[int, list[tuple[int, int, int]]]) -> None:
    nodes, edges = case
    pairs = np.array([edge[:2] for edge in edges], dtype=np.int64).reshape(-1, 2).T
    weights = np.array([edge[2] for edge in edges], dtype=np.float32)
    networkx = nx.DiGraph()
    networkx.add_nodes_from(range(nodes))
    networkx.add_weighted_edges_from(edges)
    coo = sparse.coo_matrix((weights, pairs), shape=(nodes, nodes))
    data = Data(edge_index=torch.tensor(pairs), edge_weight=torch.tensor(weights)[:, None], num_nodes=nodes)
    expected = sorted([a, b] for a, b, weight in edges if weight)
    for form in (networkx, coo, coo.tocsr(), sparse.coo_array(coo), data):
        assert as_graph(form, x=np.ones((nodes, 1))).edge_index.T.tolist() == expected


def test_edges_without_a_weight_and_with_a_weight_of_1_are_there() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnusedWeightsWarning)
        for weight in (1.0, True, np.bool_(True), Decimal(1), Fraction(1), None):
            assert graph_parts(nx.DiGraph([(0, 1, {"weight": weight})])).edge_index.tolist() == [[0], [1]]
        assert graph_parts(nx.DiGraph([(0, 1)])).edge_index.tolist() == [[0], [1]]


@pytest.mark.parametrize(
    ("weight", "shown"),
    [
        ("heavy", "'heavy'"),
        (1j, "1j"),
        ("a\nb", r"'a\\nb'"),
        ([1], r"\[1\]"),
        (10**400, "10000"),
        (np.ones(2), "ar"),
    ],
)
def test_weights_that_are_no_numbers_are_named_with_their_edge(weight: Any, shown: str) -> None:
    graph = nx.Graph([("ann", "bob", {"weight": 1}), ("bob", "eve", {"weight": weight})])
    with pytest.raises(DataError, match=rf"^the edge \('bob', 'eve'\) has the weight {shown}") as caught:
        graph_parts(graph)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (torch.ones(3), r"edge_weight has shape \[3\]: one for each of 2 edges is needed"),
        (torch.tensor([1j, 1]), "edge_weight has dtype complex64: numbers are needed"),
        (["a", "b"], "edge_weight has dtype <U1: numbers are needed"),
    ],
)
def test_weights_of_data_are_one_number_an_edge(weights: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        graph_parts(Data(x=torch.ones(2, 1), edge_index=EDGES, edge_weight=weights))


def test_a_complex_adjacency_is_refused() -> None:
    with pytest.raises(DataError, match="the edge weights have dtype complex128: real numbers are needed"):
        graph_parts(sparse.csr_matrix([[0, 1j], [1, 0]]))


def test_the_warning_points_at_the_users_line_and_can_be_silenced() -> None:
    graph = nx.Graph([(0, 1, {"weight": 2})])
    with pytest.warns(UnusedWeightsWarning) as caught:
        as_graph(graph, x=np.ones((2, 1)))
    assert [warning.filename for warning in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnusedWeightsWarning)
        warnings.simplefilter("ignore", UnusedWeightsWarning)
        as_graph(graph, x=np.ones((2, 1)))
    with warnings.catch_warnings(), pytest.raises(UnusedWeightsWarning):
        warnings.simplefilter("error", UnusedWeightsWarning)
        as_graph(graph, x=np.ones((2, 1)))


def test_parts_of_each_form() -> None:
    x = np.ones((2, 1))
    own = graph_parts(as_graph((x, EDGES), sparse_features=True))
    assert (own.num_nodes, own.edge_index.tolist(), own.names) == (2, EDGES.tolist(), None)
    assert own.x.toarray().tolist() == x.tolist()
    assert graph_parts((None, EDGES)).x is None
    assert graph_parts(nx.path_graph(["b", "a"])).names == ("b", "a")
    assert graph_parts(sparse.csr_matrix((3, 3))).num_nodes == 3


def test_a_graph_of_several_kinds_of_nodes_is_refused() -> None:
    with pytest.raises(DataError, match="a HeteroData is not a graph: accepted are"):
        graph_parts(HeteroData())
