from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from rgrl.errors import ConfigError
from rgrl.graph import Graph, as_graph, structural_features


def bare(graph: nx.Graph) -> Graph:
    return as_graph(graph, x=np.ones((len(graph), 1)))


def test_degrees_are_binned_both_ways_and_without_loops() -> None:
    star = nx.DiGraph([(0, leaf) for leaf in range(1, 8)] + [(3, 3), (1, 0)])
    found = structural_features("degree", bare(star))
    assert found.shape == (8, 32)
    assert found.indices.tolist() == [6] + [2] * 7  # round(2 log2(1 + 7)) and round(2 log2(1 + 1))
    assert set(found.data) == {1.0}
    alone = structural_features("degree", bare(nx.empty_graph(2)))
    assert alone.indices.tolist() == [0, 0]


def test_identity_is_a_column_a_node() -> None:
    found = structural_features("identity", bare(nx.path_graph(4)))
    assert sparse.issparse(found)
    assert found.toarray().tolist() == np.eye(4).tolist()


@pytest.mark.parametrize("size", [12, 700])  # dense and iterative
def test_positions_are_eigenvectors_of_the_laplacian(size: int) -> None:
    graph = nx.connected_watts_strogatz_graph(size, 4, 0.3, seed=1)
    found = structural_features("positional", bare(graph)).astype(np.float64)
    columns = min(32, size - 1)
    assert found.shape == (size, columns)
    values, _ = np.linalg.eigh(nx.normalized_laplacian_matrix(graph).toarray())
    unit = found / np.sqrt(size)
    assert np.allclose(unit.T @ unit, np.eye(columns), atol=1e-3)
    laplacian = nx.normalized_laplacian_matrix(graph) @ unit
    assert np.allclose((unit * laplacian).sum(0), values[1 : columns + 1], atol=1e-4)
    assert np.allclose(laplacian, unit * values[1 : columns + 1], atol=5e-3)
    peaks = np.argmax(np.round(np.abs(unit), 6), axis=0)
    assert (unit[peaks, np.arange(columns)] > 0).all()
    assert np.array_equal(found.astype(np.float32), structural_features("positional", bare(graph)))


def test_each_component_has_positions_of_its_own() -> None:
    ring, path = nx.cycle_graph(6), nx.path_graph(4)
    both = nx.disjoint_union_all([path, nx.empty_graph(3), ring])
    found = structural_features("positional", bare(both))
    assert found.shape == (13, 5)
    assert (found[4:7] == 0).all()
    assert (found[:4, 3:] == 0).all()
    assert np.allclose(found[:4, :3], structural_features("positional", bare(path)), atol=1e-6)
    assert (np.linalg.matrix_rank(found[7:]), np.linalg.matrix_rank(found[:4])) == (5, 3)


def test_a_graph_without_edges_has_positions_all_the_same() -> None:
    assert structural_features("positional", bare(nx.empty_graph(3))).tolist() == [[0.0]] * 3


def test_another_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="features is 'pagerank': accepted are None, 'degree', 'identity',"):
        structural_features("pagerank", bare(nx.path_graph(2)))


def test_symmetric_graphs_have_the_same_positions_on_any_number_of_threads() -> None:
    side = np.arange(400).reshape(20, 20)
    along, down = (side[:, :-1], side[:, 1:]), (side[:-1], side[1:])
    ends = np.concatenate([[a.ravel(), b.ravel()] for a, b in (along, down, along[::-1], down[::-1])], axis=1)
    graph = Graph.from_edge_index(ends, x=np.ones((400, 1)))
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            found.append(structural_features("positional", graph))
    assert np.array_equal(*found)
