from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest

import rgrl
from rgrl.datasets import split_edges
from rgrl.errors import DataError
from rgrl.graph.require_graph import require_graph
from rgrl.methods import node2vec, supervised_gcn


@pytest.mark.parametrize(
    ("graph", "kind"),
    [
        (nx.DiGraph(), "a networkx DiGraph"),
        (np.ones((2, 2)), "a numpy ndarray"),
        (("x", "edges"), "a tuple"),
        (None, "a NoneType"),
    ],
)
def test_the_library_and_the_type_are_named(graph: Any, kind: str) -> None:
    with pytest.raises(DataError) as caught:
        require_graph(graph)
    assert str(caught.value) == (f"the graph is {kind}: rgrl.as_graph makes an rgrl.Graph of it")


def test_of_a_dataset_it_is_said_where_its_graph_is() -> None:
    dataset: Any = rgrl.load_dataset("karate")
    require_graph(dataset.graph)
    for call in (
        lambda: split_edges(dataset),
        lambda: node2vec(dataset),
        lambda: supervised_gcn(dataset, dataset.labels, dataset.splits),
    ):
        with pytest.raises(DataError, match=r"^the graph is an rgrl Dataset: its \.graph is an rgrl\.Graph$"):
            call()
