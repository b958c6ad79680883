from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from rgrl.datasets.raw_graph import RawGraph
from rgrl.errors import DataError

EDGES = np.array([[0, 1], [1, 0]])
NAN = np.array([[np.nan], [1]], dtype=np.float32)


@pytest.mark.parametrize("x", [NAN, sparse.csr_matrix(NAN), np.array([[np.inf], [1]], dtype=np.float32)])
def test_refuses_features_that_are_not_finite(x: np.ndarray) -> None:
    with pytest.raises(DataError, match="NaN or infinite"):
        RawGraph(x=x, edge_index=EDGES, y=np.zeros(2, dtype=np.int64))


def test_labels_may_be_absent() -> None:
    assert RawGraph(x=np.ones((2, 1), dtype=np.float32), edge_index=EDGES, y=None).num_nodes == 2


def test_refuses_labels_that_do_not_fit() -> None:
    x = np.ones((2, 1), dtype=np.float32)
    with pytest.raises(DataError, match=r"labels have shape \[3\]"):
        RawGraph(x=x, edge_index=EDGES, y=np.zeros(3, dtype=np.int64))
    with pytest.raises(DataError, match=r"labels have shape \[2\]; 2 rows of features need \[2, labels\]"):
        RawGraph(x=x, edge_index=EDGES, y=np.zeros(2, dtype=bool))
    with pytest.raises(DataError, match=r"labels have shape \[2, 0\]"):
        RawGraph(x=x, edge_index=EDGES, y=np.zeros((2, 0), dtype=bool))
    with pytest.raises(DataError, match=r"labels have shape \[3, 4\]"):
        RawGraph(x=x, edge_index=EDGES, y=np.zeros((3, 4), dtype=bool))
    with pytest.raises(DataError, match=r"a label is -1; labels are 0 or larger$"):
        RawGraph(x=x, edge_index=EDGES, y=np.array([0, -1]))
    assert RawGraph(x=x, edge_index=EDGES, y=np.array([0, -1]), partly_labelled=True).num_nodes == 2
    with pytest.raises(DataError, match="a label is -2; labels are 0 or larger, or -1 where unknown"):
        RawGraph(x=x, edge_index=EDGES, y=np.array([0, -2]), partly_labelled=True)


def test_refuses_numbers_of_graphs_that_do_not_fit() -> None:
    x, y = np.ones((2, 1), dtype=np.float32), np.zeros((2, 3), dtype=bool)
    assert RawGraph(x=x, edge_index=EDGES, y=y, graph_of_node=np.zeros(2, dtype=np.int64)).multi_label
    with pytest.raises(DataError, match=r"numbers of graphs have shape \[3\]; 2 rows of features need \[2\]"):
        RawGraph(x=x, edge_index=EDGES, y=y, graph_of_node=np.zeros(3, dtype=np.int64))
