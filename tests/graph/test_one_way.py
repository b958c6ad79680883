from __future__ import annotations

import warnings

import networkx as nx
import pytest
import torch
from scipy import sparse
from torch_geometric.data import Data

from rgrl.errors import OneWayEdgesWarning
from rgrl.graph import Graph, as_graph

EDGES = torch.tensor([[0, 1, 2], [1, 2, 2]])
X = torch.eye(3)
FORMS = [
    Data(edge_index=EDGES, x=X),
    (X, EDGES),
    nx.DiGraph(EDGES.T.tolist()),
    sparse.csr_matrix(([1, 1, 1], EDGES.numpy()), shape=(3, 3)),
]


@pytest.mark.parametrize("source", FORMS)
def test_edges_that_all_go_one_way_are_warned_of_or_doubled(source):
    with pytest.warns(OneWayEdgesWarning, match="all 2 edges go one way: undirected=True adds") as caught:
        directed = as_graph(source, x=X)
    assert caught[0].filename == __file__
    assert not directed.is_undirected
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        both = as_graph(source, x=X, undirected=True)
    assert sorted(both.edge_index.T.tolist()) == [[0, 1], [1, 0], [1, 2], [2, 1], [2, 2]]


def test_a_graph_is_doubled_with_all_that_it_has():
    graph = Graph.from_edge_index(EDGES, x=X, y=torch.arange(3))
    both = as_graph(graph, undirected=True)
    assert both.is_undirected
    assert both.x is graph.x
    assert both.y is graph.y
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert as_graph(graph) is graph, "whoever made it has been warned"


def test_one_edge_both_ways_is_enough():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_graph((X, torch.tensor([[0, 1, 1], [1, 0, 2]])))
