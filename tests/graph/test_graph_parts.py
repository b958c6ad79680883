from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import torch
from scipy import sparse
from torch_geometric.data import Data, HeteroData

from rgrl.errors import DataError
from rgrl.graph import as_graph
from rgrl.graph.graph_parts import graph_parts

EDGES = torch.tensor([[0, 1], [1, 0]])


def weighted(weight: float) -> list[object]:
    return [
        Data(x=torch.ones(2, 1), edge_index=EDGES, edge_weight=torch.tensor([1.0, weight]).bfloat16()),
        nx.Graph([(0, 1, {"weight": weight})]),
        nx.MultiDiGraph([(0, 1, {"weight": np.float32(weight)}), (0, 1, {"weight": 1})]),
        sparse.csr_matrix([[0, weight], [1.0, 0]]),
    ]


@pytest.mark.parametrize("number", range(4))
def test_weights_are_left_out_with_a_warning_and_refused_below_0(
    number: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert as_graph(weighted(2.0)[number], x=np.ones((2, 1))).num_edges in (1, 2)
    assert caplog.messages == ["edge weights are not used: an edge is there or it is not"]
    for weight in (-2.0, float("nan")):
        with pytest.raises(DataError, match=rf"^an edge has the weight {weight}: weights of at least 0"):
            as_graph(weighted(weight)[number], x=np.ones((2, 1)))


def test_weights_of_1_and_weights_that_are_no_numbers(caplog: pytest.LogCaptureFixture) -> None:
    graph_parts(nx.Graph([(0, 1, {"weight": 1.0})]))
    assert caplog.messages == []
    graph_parts(nx.Graph([(0, 1, {"weight": "heavy"})]))
    assert len(caplog.messages) == 1


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
