from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph, graph_batches


def union(graph_of_node: list[int]) -> Graph:
    """Link each node with the next one of its graph; its feature is its own number."""
    last: dict[int, int] = {}
    edges = []
    for node, number in enumerate(graph_of_node):
        if number in last:
            edges += [(last[number], node), (node, last[number])]
        last[number] = node
    x = np.arange(len(graph_of_node), dtype=np.float32)[:, None]
    return Graph.from_edge_index(np.array(edges, dtype=int).reshape(-1, 2).T, x=x, sparse_features=False)


def walk(graph_of_node: list[int], batch_size: int, seed: int) -> list[Graph]:
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.tensor(graph_of_node)
    return list(graph_batches(union(graph_of_node), numbers, batch_size=batch_size, generator=generator))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=15), st.integers(1, 7), st.integers(0, 99))
def test_each_graph_comes_whole_and_once(graph_of_node: list[int], batch_size: int, seed: int) -> None:
    count = len(set(graph_of_node))
    batches = walk(graph_of_node, batch_size, seed)
    seen: list[int] = []
    for i, batch in enumerate(batches):
        assert isinstance(batch.x, torch.Tensor)
        nodes = batch.x[:, 0].long().tolist()
        numbers = {graph_of_node[node] for node in nodes}
        assert nodes == [node for node, number in enumerate(graph_of_node) if number in numbers]
        assert len(numbers) == (
            batch_size if i < len(batches) - 1 else count - batch_size * (len(batches) - 1)
        )
        assert torch.equal(batch.edge_index, union([graph_of_node[node] for node in nodes]).edge_index)
        seen += nodes
    assert sorted(seen) == list(range(len(graph_of_node)))


def test_the_generator_alone_decides() -> None:
    graphs = [number for number in range(12) for _ in range(2)]

    def order(seed: int) -> list[list[float]]:
        return [batch.x[:, 0].tolist() for batch in walk(graphs, 2, seed)]

    assert order(3) == order(3)
    assert len({str(order(seed)) for seed in range(5)}) == 5


def test_refusals_come_at_the_call() -> None:
    graph, draw = union([0, 0, 1]), torch.Generator()
    with pytest.raises(ConfigError, match="batch_size is 0: 1 or more"):
        graph_batches(graph, torch.tensor([0, 0, 1]), batch_size=0, generator=draw)
    with pytest.raises(DataError, match=r"graph_of_node has dtype torch\.int64 and shape \[2\]"):
        graph_batches(graph, torch.tensor([0, 1]), batch_size=1, generator=draw)
    with pytest.raises(DataError, match=r"graph_of_node has dtype torch\.float32"):
        graph_batches(graph, torch.zeros(3), batch_size=1, generator=draw)
    with pytest.raises(DataError, match=r"graph_of_node has dtype torch\.bool"):
        graph_batches(graph, torch.zeros(3, dtype=torch.bool), batch_size=1, generator=draw)
    with pytest.raises(DataError, match="puts the ends of 2 edges into different graphs"):
        graph_batches(graph, torch.tensor([0, 1, 1]), batch_size=1, generator=draw)


def test_numbers_may_come_in_an_array():
    pair = Graph.from_edge_index([[0, 1], [1, 0]], x=[[0.0], [1.0], [2.0]])
    draw = torch.Generator().manual_seed(0)
    batches = graph_batches(pair, np.array([0, 0, 1]), batch_size=1, generator=draw)
    assert sorted(batch.num_nodes for batch in batches) == [1, 2]
