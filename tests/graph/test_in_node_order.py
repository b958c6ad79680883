from __future__ import annotations

import logging
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch

import rgrl
from rgrl.errors import DataError
from rgrl.graph.in_node_order import in_node_order

pd = pytest.importorskip("pandas")

NAMES = ["ann", "bob", "eve"]
GRAPH = nx.Graph([("ann", "bob"), ("bob", "eve")])


def frame(index: Any) -> Any:
    return pd.DataFrame({"age": [30.0, 41.0, 52.0], "tall": [1.0, 0.0, 1.0]}, index=index)


def test_as_graph_and_the_estimator_read_a_frame_alike() -> None:
    from rgrl.estimator.named_graph import named_graph

    shuffled = frame(NAMES).loc[["eve", "ann", "bob"]]
    for x in (frame(NAMES), shuffled):
        for graph in (rgrl.as_graph(GRAPH, x=x), named_graph(GRAPH, x=x).graph):
            assert graph.x[:, 0].tolist() == [30, 41, 52]
    labels = pd.Series([2, 0, 1], index=["eve", "ann", "bob"])
    labelled = rgrl.as_graph(GRAPH, x=shuffled, y=labels)
    assert labelled.y is not None
    assert labelled.y.tolist() == [0, 1, 2]
    reversed_rows = frame([2, 1, 0])
    assert rgrl.as_graph(labelled, x=reversed_rows).x[:, 0].tolist() == [52, 41, 30]
    edges = torch.tensor([[0, 1], [1, 0]])
    assert rgrl.as_graph((reversed_rows, edges)).x[:, 0].tolist() == [52, 41, 30]


@pytest.mark.parametrize(
    ("index", "names", "fault"),
    [
        (["ann", "bob", "dan"], NAMES, "'dan' of its index is no node"),
        (["ann", "bob", "bob"], NAMES, "'bob' of its index stands twice"),
        (["ann", "bob", "eve"], [*NAMES, "dan"], "'dan' is not in its index"),
        (["dan", "fay", "gus"], NAMES, "'dan' of its index is no node"),
        ([0, 1, 2], [1, 2, 3], "0 of its index is no node"),
        (None, [1, 2, 3], "0 of its index is no node"),
        ([0, 1, 7], None, "7 of its index is no node"),
    ],
)
def test_an_index_that_does_not_fit_is_refused_in_one_line(index: Any, names: Any, fault: str) -> None:
    with pytest.raises(DataError) as caught:
        in_node_order(frame(index), names)
    assert str(caught.value) == f"x has not one row for each node: {fault}"


def test_a_default_index_of_numbers_in_another_order_is_refused() -> None:
    with pytest.raises(
        DataError, match="x is a frame with the index 0 to 2, and the nodes are these numbers"
    ):
        in_node_order(frame(None), [2, 0, 1])


@pytest.mark.parametrize(
    ("index", "names", "begins"),
    [
        (None, NAMES, "it begins with 0, the nodes with 'ann'"),
        ([0, 1, 2], NAMES, "it begins with 0, the nodes with 'ann'"),
        (NAMES, None, "it begins with 'ann', the nodes with 0"),
    ],
)
def test_an_index_that_names_no_node_leaves_the_rows_with_a_warning(
    index: Any, names: Any, begins: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="rgrl"):
        assert in_node_order(frame(index), names)["age"].tolist() == [30, 41, 52]
    assert caplog.messages == [f"the index of x names no node ({begins}): its rows are taken by place"]


def test_names_may_be_tuples_and_what_is_no_frame_stays(caplog: pytest.LogCaptureFixture) -> None:
    pairs = [("a", 1), ("a", 0), ("b", 2)]
    assert in_node_order(frame(pd.Index(pairs)), sorted(pairs))["age"].tolist() == [41, 30, 52]
    x = np.ones((3, 2))
    assert in_node_order(x, NAMES) is x
    assert in_node_order(None, NAMES) is None
    assert caplog.messages == []
