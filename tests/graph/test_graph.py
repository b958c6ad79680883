from __future__ import annotations

import pickle

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from scipy import sparse
from strategies import edge_lists
from torch_geometric.data import Data

from rgrl.errors import DataError
from rgrl.graph import Graph, SparseFeatures, as_graph


@given(edge_lists())
@settings(deadline=None)
def test_edges_come_back_without_duplicates_and_with_their_loops(case):
    nodes, edges = case
    graph = Graph.from_edge_index(np.array(edges, dtype=int).reshape(-1, 2).T, x=np.ones((nodes, 1)))
    assert graph.edge_index.T.tolist() == [list(e) for e in sorted(set(edges))]
    assert graph.num_edges == len(set(edges))
    assert graph.is_undirected == all((b, a) in set(edges) for a, b in edges)
    sources = [a for a, _ in set(edges)]
    assert graph.degree.tolist() == [sources.count(i) for i in range(nodes)]


def test_all_forms_give_the_same_graph():
    x, y = np.eye(4, dtype=np.float32), np.array([0, 1, 0, 1])
    edges = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])
    networkx = nx.Graph([(0, 1), (1, 2)])
    networkx.add_node(3)
    forms = [
        as_graph(Data(x=torch.tensor(x), edge_index=torch.tensor(edges), y=torch.tensor(y))),
        as_graph((x, edges), y=y),
        as_graph((torch.tensor(x), torch.tensor(edges)), y=y),
        as_graph(networkx, x=x, y=y),
        as_graph(sparse.coo_matrix((np.ones(4), edges), shape=(4, 4)), x=sparse.csr_matrix(x), y=y),
        Graph.from_edge_index(edges, x=torch.tensor(x).to_sparse_csr(), y=y),
    ]
    for graph in forms:
        assert graph.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
        dense = graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x
        assert dense.tolist() == x.tolist()
        assert graph.y.tolist() == y.tolist()
    assert as_graph(forms[0]) is forms[0]


def test_networkx_keeps_its_node_order_and_directions():
    directed = nx.DiGraph([("b", "a"), ("a", "c")])
    graph = as_graph(directed, x=np.ones((3, 1)))
    assert graph.edge_index.tolist() == [[0, 1], [1, 2]]
    assert not graph.is_undirected


def test_features_are_stored_by_density_unless_told():
    thin, thick = np.eye(100), np.ones((100, 3))
    edges = [[0], [1]]
    assert isinstance(Graph.from_edge_index(edges, x=thin).x, SparseFeatures)
    assert isinstance(Graph.from_edge_index(edges, x=thin, sparse_features=False).x, torch.Tensor)
    assert isinstance(Graph.from_edge_index(edges, x=thick).x, torch.Tensor)
    assert isinstance(Graph.from_edge_index(edges, x=thick, sparse_features=True).x, SparseFeatures)
    stored = Graph.from_edge_index(edges, x=sparse.csr_matrix(thick))
    assert isinstance(stored.x, torch.Tensor)
    assert stored.x.tolist() == thick.tolist()


def test_a_single_node_is_a_graph():
    graph = Graph.from_edge_index(np.empty((2, 0)), x=[[1.0, 2.0]])
    assert (graph.num_nodes, graph.num_edges) == (1, 0)
    assert graph.view().propagate(torch.ones(1, 2)).tolist() == [[1.0, 1.0]]


def numbers(graph: Graph) -> list[list[float]]:
    return (graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x).tolist()


def test_features_and_labels_given_beside_a_graph_take_the_place_of_its_own():
    own = as_graph(([[1.0], [2.0]], [[0, 1], [1, 0]]), y=[0, 1])
    for graph in (
        as_graph(own, x=[[3.0, 4.0], [5.0, 6.0]]),
        as_graph(own, x=[[3.0, 4.0], [5.0, 6.0]], y=[1, 1]),
    ):
        assert graph.edge_index.tolist() == own.edge_index.tolist()
        assert numbers(graph) == [[3.0, 4.0], [5.0, 6.0]]
    assert graph.y.tolist() == [1, 1]
    assert as_graph(own, x=[[3.0], [4.0]]).y.tolist() == [0, 1]
    assert as_graph(own, y=[1, 0]).y.tolist() == [1, 0]
    assert as_graph(own, y=[1, 0]).x is own.x
    assert as_graph(own, y=False).y is None
    assert isinstance(as_graph(own, sparse_features=True).x, SparseFeatures)
    assert numbers(as_graph(as_graph(own, sparse_features=True), sparse_features=False)) == [[1.0], [2.0]]
    assert numbers(own) == [[1.0], [2.0]]
    assert own.y.tolist() == [0, 1]
    with pytest.raises(DataError, match="x has 3 rows, but num_nodes is 2"):
        as_graph(own, x=np.ones((3, 1)))
    with pytest.raises(DataError, match=r"y has shape \[3\]: one label for each of 2 nodes"):
        as_graph(own, y=[0, 1, 2])


def test_nodes_may_be_without_a_label():
    data = Data(x=torch.ones(3, 1), edge_index=torch.tensor([[0], [1]]), y=torch.tensor([1, -1, 0]))
    assert as_graph(data).y.tolist() == [1, -1, 0]
    assert as_graph(nx.path_graph(3), x=np.eye(3), y=[-1, 0, -1]).y.tolist() == [-1, 0, -1]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (torch.tensor([0.5, 1.0]), "y has dtype float32: integer labels are needed"),
        (torch.tensor([[0, 1], [1, 1]]), r"y has shape \[2, 2\]: one label for each of 2 nodes is needed"),
        (torch.tensor([0, -2]), "y has a negative label: node 1 has -2, 0 and up, or -1 where .* accepted"),
        (torch.tensor([3]), r"y has shape \[1\]: one label for each of 2 nodes is needed"),
    ],
)
def test_data_with_other_targets_than_labels_is_taken_without_them(labels, message):
    data = Data(x=torch.ones(2, 1), edge_index=torch.tensor([[0], [1]]), y=labels)
    with pytest.raises(DataError, match=f"^{message}; y=False leaves the labels out$"):
        as_graph(data)
    assert as_graph(data, y=False).y is None
    assert as_graph(data, y=[1, 0]).y.tolist() == [1, 0]
    assert as_graph((data.x, data.edge_index), y=False).y is None


def test_data_without_edges_says_what_is_needed():
    with pytest.raises(DataError, match=r"^the Data has no edge_index: \[2, E\] is needed, \[2, 0\] where"):
        as_graph(Data(x=torch.ones(2, 1)))
    assert as_graph(Data(x=torch.ones(2, 1), edge_index=torch.empty(2, 0).long())).num_edges == 0


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.int8, torch.bool])
def test_features_of_any_real_type_become_float32(dtype):
    x = torch.tensor([[0, 1], [1, 0]]).to(dtype)
    for form in (x, x.to_sparse_coo(), x.to_sparse_csr()):
        graph = Graph.from_edge_index([[0], [1]], x=form, sparse_features=False)
        assert graph.x.dtype == torch.float32
        assert graph.x.tolist() == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [[np.nan], [1.0]]}, "x is not finite: 1 values, the first is nan at node 0"),
        ({"x": sparse.csr_matrix([[1.0], [np.inf]])}, "the first is inf at node 1"),
        ({"edge_index": [[0, 2], [1, 0]]}, r"edge 1 is \(2, 0\), but the 2 nodes are 0 to 1"),
        ({"edge_index": [[-1], [0]]}, r"edge 0 is \(-1, 0\), .* the smallest index is -1, the largest 0$"),
        (
            {"edge_index": [[0], [2**31]]},
            "2 nodes are 0 to 1; the smallest index is 0, the largest 2147483648$",
        ),
        ({"edge_index": [[0], [2**63 - 1]]}, "the largest 9223372036854775807$"),
        ({"edge_index": np.array([[0], [2**63]], dtype=np.uint64)}, r"edge 0 is \(0, 9223372036854775808\)"),
        (
            {"edge_index": torch.tensor([[0], [2**63]], dtype=torch.uint64)},
            "the largest 9223372036854775808$",
        ),
        ({"edge_index": [[0], [2**64]]}, "edge_index has dtype object: numbers are needed"),
        (
            {"edge_index": np.ma.array([[0, 1], [1, 0]], mask=[[0, 0], [1, 1]])},
            r"edge_index: 2 of 4 entries are masked, the first at \[1, 0\]; fill them, or leave them out",
        ),
        (
            {"x": np.ma.array([[1.0], [2.0]], mask=[[0], [1]])},
            r"x: 1 of 2 entries are masked, the first at \[1, 0\]",
        ),
        ({"y": np.ma.array([0, 1], mask=[1, 0])}, r"y: 1 of 2 entries are masked, the first at \[0\]"),
        ({"edge_index": [[0.5], [1.0]]}, "edge_index has dtype float64: integers"),
        ({"edge_index": [0, 1]}, r"edge_index has shape \[2\]: \[2, E\]"),
        ({"edge_index": [["a"], ["b"]]}, "edge_index has dtype"),
        ({"y": [0.0, 1.0]}, "y has dtype float64: integer labels"),
        ({"y": [0]}, r"y has shape \[1\]: one label for each of 2 nodes"),
        ({"y": [0, -3]}, "node 1 has -3"),
        ({"x": np.ones((0, 3)), "edge_index": np.empty((2, 0))}, "the graph has 0 nodes"),
        ({"x": np.ones((2, 0))}, "x has 0 features"),
        ({"x": np.ones((2, 1)) * 1j}, "x has dtype complex128: numbers are needed"),
        ({"x": sparse.csr_matrix([[1j], [1]])}, "x has dtype complex128: numbers are needed"),
        ({"x": torch.tensor([[1j], [1]]).to_sparse_coo()}, "x has dtype complex64: numbers are needed"),
        ({"x": np.ones(2)}, r"x has shape \[2\]"),
        ({"num_nodes": 3}, "x has 2 rows, but num_nodes is 3"),
    ],
)
def test_bad_input_is_named_in_one_line(arguments, message):
    with pytest.raises(DataError, match=message) as caught:
        Graph.from_edge_index(**{"edge_index": [[0, 1], [1, 0]], "x": np.ones((2, 1)), **arguments})
    assert "\n" not in str(caught.value)


def test_a_masked_array_without_masked_entries_is_an_array():
    graph = Graph.from_edge_index(np.ma.array([[0], [1]]), x=np.ma.array([[1.0], [2.0]], mask=False))
    assert (graph.edge_index.tolist(), numbers(graph)) == ([[0], [1]], [[1.0], [2.0]])


def test_unsigned_indices_are_edges():
    graph = Graph.from_edge_index(np.array([[0], [1]], dtype=np.uint64), x=np.ones((2, 1)))
    assert graph.edge_index.tolist() == [[0], [1]]


def test_unknown_forms_and_missing_features_are_named():
    with pytest.raises(DataError, match="a dict is not a graph: accepted are"):
        as_graph({})
    with pytest.raises(DataError, match="the graph has no features"):
        as_graph(nx.path_graph(3))
    with pytest.raises(DataError, match=r"shape \[2, 3\]: a square one"):
        as_graph(sparse.csr_matrix((2, 3)), x=np.ones((2, 1)))
    with pytest.raises(DataError, match=r"the adjacency has shape \[3\]: a square one"):
        as_graph(sparse.coo_array(np.ones(3)), x=np.ones((3, 1)))
    with pytest.raises(DataError, match="x has 2 rows, but num_nodes is 1099511627776: one row a node"):
        as_graph(sparse.coo_matrix(([1], ([0], [1])), shape=(2**40, 2**40)), x=np.ones((2, 1)))


@pytest.mark.parametrize("sparse_features", [False, True])
def test_row_normalized_features_sum_to_one(sparse_features: bool) -> None:
    x = np.array([[1.0, 3.0], [0.0, 0.0], [0.5, 0.0]], dtype=np.float32)
    graph = Graph.from_edge_index([[0], [1]], x=x, sparse_features=sparse_features).row_normalized()
    found = graph.x.to_dense() if sparse_features else graph.x
    assert torch.allclose(found, torch.tensor([[0.25, 0.75], [0.0, 0.0], [1.0, 0.0]]))
    negative = Graph.from_edge_index([[0], [1]], x=-x, sparse_features=sparse_features)
    with pytest.raises(DataError, match=r"a feature is -3: only features of at least 0 have"):
        negative.row_normalized()


def test_features_converted_in_inference_mode_serve_a_training_and_are_not_pickled():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2), sparse_features=False)
    plain = len(pickle.dumps(graph))
    with torch.inference_mode():
        graph.features_as(torch.bfloat16)
    weight = torch.ones(2, 1, dtype=torch.bfloat16, requires_grad=True)
    (graph.features_as(torch.bfloat16) @ weight).sum().backward()
    assert weight.grad.tolist() == [[1.0], [1.0]]
    assert len(pickle.dumps(graph)) == plain


def test_a_sparse_matrix_that_is_given_stays_as_it_is():
    arrays = np.array([1.0, 0.0, 3.0, 4.0], np.float32), np.array([0, 2, 1, 2]), np.array([0, 2, 4])
    matrix = sparse.csr_matrix(arrays, shape=(2, 3))
    other = sparse.csr_matrix((np.arange(4), matrix.indices, matrix.indptr), shape=(2, 3))
    before = other.toarray()
    assert SparseFeatures.from_scipy(matrix).to_dense().tolist() == [[1, 0, 0], [0, 3, 4]]
    assert matrix.nnz == 4
    assert np.array_equal(other.toarray(), before)
