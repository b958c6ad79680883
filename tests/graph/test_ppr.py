from __future__ import annotations

import itertools
from collections import defaultdict, deque

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import graphs

from rgrl.errors import ConfigError
from rgrl.graph import Graph, LocalAnchors, ppr, topk_ppr


def dense_ppr(graph: Graph, restart: float = 0.15) -> np.ndarray:
    """The diffusion as it is defined, by a dense inverse."""
    adjacency = np.zeros((graph.num_nodes,) * 2)
    source, target = graph.edge_index.numpy()
    adjacency[source, target] = adjacency[target, source] = 1.0
    np.fill_diagonal(adjacency, 1.0)
    root = 1.0 / np.sqrt(adjacency.sum(1))
    transition = root[:, None] * adjacency * root
    return restart * np.linalg.inv(np.eye(graph.num_nodes) - (1 - restart) * transition)


@given(graph=graphs(), k=st.integers(1, 10), include_self=st.booleans())
@settings(deadline=None, max_examples=60)
def test_top_k_of_odd_graphs_is_the_dense_ones(graph, k, include_self):
    exact = dense_ppr(graph)
    if not include_self:
        np.fill_diagonal(exact, 0.0)
    index, score = topk_ppr(graph, k=k, tolerance=1e-9, include_self=include_self)
    for i in range(graph.num_nodes):
        reached = index[i][index[i] >= 0].numpy()
        assert len(set(reached.tolist())) == len(reached) == min(k, int((exact[i] > 1e-12).sum()))
        assert (index[i][len(reached) :] == -1).all()
        assert exact[i][reached].sum() == pytest.approx(np.sort(exact[i])[::-1][:k].sum(), rel=1e-5)
        for a, b in zip(range(len(reached)), range(1, len(reached)), strict=False):
            assert score[i, a] > score[i, b] or (score[i, a] == score[i, b] and reached[a] < reached[b])


def naive_push(graph: Graph, k: int, first_tolerance: float, include_self: bool) -> tuple[list, list]:
    """The push as the literature writes it: a queue, a dictionary, a sort; finer where it ends early."""
    restart = 0.15
    component = {n: len(c) for c in nx.connected_components(nx.Graph(graph.edge_index.T.tolist())) for n in c}
    crow, col = graph.pattern.crow.tolist(), graph.pattern.col.tolist()
    around = [col[a:b] for a, b in itertools.pairwise(crow)]
    root = [1.0 / np.sqrt(float(len(near))) for near in around]
    chosen, scores = [], []
    for seed in range(graph.num_nodes):
        wanted = min(k, component.get(seed, 1) - (not include_self))
        for refinement in range(6):
            tolerance = first_tolerance
            for _ in range(refinement):
                tolerance /= 10
            settled, residual, queue = defaultdict(float), defaultdict(float, {seed: 1.0}), deque([seed])
            while queue:
                node = queue.popleft()
                mass, residual[node] = residual[node], 0.0
                settled[node] += restart * mass
                for near in around[node]:
                    residual[near] += (1.0 - restart) * mass / len(around[node])
                    if near not in queue and residual[near] > tolerance * len(around[near]):
                        queue.append(near)
            found = {n: np.float32((settled[n] + restart * residual[n]) * root[n]) for n in residual}
            best = sorted((-found[n], n) for n in found if include_self or n != seed)[:k]
            if len(best) >= wanted:
                break
        chosen.append([n for _, n in best] + [-1] * (k - len(best)))
        scores.append([-value for value, _ in best] + [0.0] * (k - len(best)))
    return chosen, scores


@pytest.mark.parametrize("tolerance", [1e-4, 1e-2, 0.05, 2.0])  # the last ones end before most is pushed
@pytest.mark.parametrize("k", [1, 4, 30])
def test_scores_are_the_naive_pushs_bit_for_bit(tolerance, k):
    generator = torch.Generator().manual_seed(k)
    ends = (60 * torch.rand(2, 110, generator=generator) ** 2).long()  # hubs, and nodes without an edge
    graph = Graph.from_edge_index(torch.cat([ends, ends.flip(0)], 1), x=np.ones((61, 1)))
    for include_self in (True, False):
        index, score = topk_ppr(graph, k=k, tolerance=tolerance, include_self=include_self)
        chosen, scores = naive_push(graph, k, tolerance, include_self)
        assert index.tolist() == chosen
        assert score.tolist() == [[float(value) for value in row] for row in scores]


def test_neither_blocks_nor_threads_change_a_bit(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    ends = torch.randint(50, (2, 120), generator=generator)
    graph = Graph.from_edge_index(torch.cat([ends, ends.flip(0)], 1), x=np.ones((50, 1)))
    whole = topk_ppr(graph, k=5)
    monkeypatch.setattr(ppr, "_BLOCK", 3)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    for ours, theirs in zip(topk_ppr(graph, k=5), whole, strict=True):
        assert torch.equal(ours, theirs)


def test_a_tolerance_below_all_precision_still_ends():
    pair = Graph.from_edge_index([[0, 1], [1, 0]], x=np.ones((2, 1)))
    assert topk_ppr(pair, k=2, tolerance=1e-320)[1][0].tolist() == pytest.approx(
        (dense_ppr(pair)[0] / np.sqrt(2)).tolist()
    )


def test_ties_go_to_the_smaller_number():
    star = Graph.from_edge_index([[0, 0, 0, 0, 1, 2, 3, 4], [1, 2, 3, 4, 0, 0, 0, 0]], x=np.ones((5, 1)))
    index, _ = topk_ppr(star, k=3)
    assert index[0].tolist() == [0, 1, 2]


def test_local_anchors_mask_isolated_nodes_and_tiny_components():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=np.ones((3, 1)))
    anchors = LocalAnchors.from_graph(graph, k=3)
    assert anchors.index.tolist() == [[0, 1, 0], [1, 0, 1], [2, 2, 2]]
    assert anchors.mask.tolist() == [[True, True, False], [True, True, False], [False] * 3]


def test_directed_edges_are_walked_both_ways():
    there = Graph.from_edge_index([[0, 1], [1, 2]], x=np.ones((3, 1)))
    both = Graph.from_edge_index([[0, 1, 1, 2], [1, 2, 0, 1]], x=np.ones((3, 1)))
    assert torch.equal(topk_ppr(there, k=3)[0], topk_ppr(both, k=3)[0])


def test_cora_keeps_the_exact_top_mass(data_root):
    from rgrl.datasets import load_dataset

    graph = load_dataset("cora", root=data_root).graph
    exact = dense_ppr(graph)
    for k in (2, 8):
        index, _ = topk_ppr(graph, k=k)
        padded = np.where(index.numpy() >= 0, np.take_along_axis(exact, index.clamp(min=0).numpy(), 1), 0)
        share = padded.sum(1) / np.sort(exact, 1)[:, -k:].sum(1)
        assert share.mean() >= 0.999
        assert (index == torch.arange(graph.num_nodes)[:, None]).any(1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 0}, "k is 0"),
        ({"k": 1, "restart": 1.0}, r"restart is 1\.0"),
        ({"k": 1, "tolerance": 0.0}, "tolerance"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ConfigError, match=message):
        topk_ppr(Graph.from_edge_index([[0], [1]], x=np.ones((2, 1))), **arguments)


def test_a_hub_is_no_end():
    """Every leaf of a star reaches the others, though the hub's degree is above 1 / tolerance."""
    leaves = 3000
    hub, leaf = torch.zeros(leaves, dtype=torch.long), torch.arange(1, leaves + 1)
    edges = torch.cat([torch.stack([hub, leaf]), torch.stack([leaf, hub])], dim=1)
    graph = Graph.from_edge_index(edges, x=torch.ones(leaves + 1, 1))
    index, score = topk_ppr(graph, k=4, tolerance=1e-3)
    assert (index >= 0).all()
    assert index[7].tolist() == [7, 0, 1, 2]
    assert score[7, 2] == score[7, 3] > 0
    assert LocalAnchors.from_graph(graph, k=4).mask.all()


def test_a_sink_of_a_directed_graph_has_anchors():
    graph = Graph.from_edge_index([[0, 0], [1, 2]], x=torch.ones(4, 1))
    assert LocalAnchors.from_graph(graph, k=2).mask.tolist() == [[True, True]] * 3 + [[False, False]]


def test_refinement_has_its_limit(monkeypatch, caplog):
    monkeypatch.setattr(ppr, "_MOST_WORK", 1e3)
    hub, leaf = torch.zeros(300, dtype=torch.long), torch.arange(1, 301)
    edges = torch.cat([torch.stack([hub, leaf]), torch.stack([leaf, hub])], dim=1)
    graph = Graph.from_edge_index(edges, x=torch.ones(301, 1))
    index, _ = topk_ppr(graph, k=4, tolerance=1e-2)
    assert (index[7] >= 0).sum() == 2
    assert "300 nodes beside hubs have fewer than 4 local anchors" in caplog.text


def path_graph(nodes):
    ends = torch.arange(nodes - 1)
    both = torch.cat([torch.stack([ends, ends + 1]), torch.stack([ends + 1, ends])], dim=1)
    return Graph.from_edge_index(both, x=torch.ones(nodes, 1))


def test_a_node_far_from_all_others_gets_all_of_its_anchors(caplog):
    index, _ = topk_ppr(path_graph(150), k=48)
    assert (index >= 0).all()
    assert not caplog.text


def test_what_stays_short_is_said(caplog):
    index, _ = topk_ppr(path_graph(400), k=300)
    assert (index < 0).any()
    assert "400 nodes have fewer than 300 local anchors" in caplog.text
