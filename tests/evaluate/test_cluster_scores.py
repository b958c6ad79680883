from __future__ import annotations

from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import DataError
from rgrl.evaluate.cluster_scores import edge_scores, label_scores, undirected_edges


@given(data=st.data())
def test_edge_scores_equal_networkx(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(1, 9))
    pair = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    edges = data.draw(st.lists(pair, min_size=1, max_size=25))  # loops, repetitions and isolated nodes
    clusters = np.array(data.draw(st.lists(st.integers(0, 3), min_size=nodes, max_size=nodes)))
    graph = nx.Graph(edges)
    graph.add_nodes_from(range(nodes))
    groups = [set(np.flatnonzero(clusters == c)) for c in np.unique(clusters)]
    got = edge_scores(undirected_edges(np.array(edges).T, nodes), clusters)
    assert got["modularity"] == pytest.approx(nx.community.modularity(graph, groups), abs=1e-12)
    each = []
    for group in groups:
        try:
            each.append(nx.conductance(graph, group))
        except ZeroDivisionError:
            each.append(1.0)  # no edge within reach, or all of them
    assert got["conductance"] == pytest.approx(np.mean(each), abs=1e-12)


def test_one_cluster_for_all_is_not_perfect() -> None:
    edges = undirected_edges([[0, 1], [1, 2]], 3)
    assert edge_scores(edges, np.zeros(3, dtype=int)) == {"modularity": 0.0, "conductance": 1.0}


def test_an_edge_counts_once_in_whatever_direction() -> None:
    first, second = undirected_edges([[0, 1, 1, 2, 2], [1, 0, 0, 2, 0]], 3)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(0, 1), (0, 2), (2, 2)]


def test_edges_of_32_bits_between_many_nodes_keep_their_ends() -> None:
    edges = undirected_edges(np.array([[99_999], [99_998]], dtype=np.int32), 100_000)
    assert [side.tolist() for side in edges] == [[99_998], [99_999]]


@pytest.mark.parametrize(
    ("edges", "text"), [([], "edge_index has 0 edges"), ([[0], [3]], r"edge 0 is \(0, 3\)")]
)
def test_unusable_edges_are_refused(edges: list[list[int]], text: str) -> None:
    with pytest.raises(DataError, match=text):
        undirected_edges(edges, 3)


@given(data=st.data())
def test_label_scores_equal_their_definitions(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 12))
    numbers = st.lists(st.integers(0, 3), min_size=size, max_size=size).map(np.array)
    labels, clusters = data.draw(numbers), data.draw(numbers)
    got = label_scores(labels, clusters)
    best = max(np.mean(np.array(order)[clusters] == labels) for order in permutations(range(4)))
    assert got["accuracy"] == pytest.approx(best)
    joint = np.array([[np.mean((labels == a) & (clusters == b)) for b in range(4)] for a in range(4)])
    of_labels, of_clusters = joint.sum(1), joint.sum(0)
    ratio = np.divide(joint, np.outer(of_labels, of_clusters), out=np.ones((4, 4)), where=joint > 0)
    information = (joint * np.log(ratio)).sum()
    entropies = [-sum(p * np.log(p) for p in share if p > 0) for share in (of_labels, of_clusters)]
    if min(entropies) > 0:
        assert got["nmi"] == pytest.approx(2 * information / sum(entropies), abs=1e-9)
        assert got["homogeneity"] == pytest.approx(information / entropies[0], abs=1e-9)
    together = (
        [(labels == labels[:, None])[i, :i] for i in range(size)],
        [(clusters == clusters[:, None])[i, :i] for i in range(size)],
    )
    same, alike = np.concatenate(together[0]), np.concatenate(together[1])
    expected = same.mean() * alike.mean()
    largest = (same.mean() + alike.mean()) / 2
    if largest != expected:
        assert got["ari"] == pytest.approx(
            ((same & alike).mean() - expected) / (largest - expected), abs=1e-9
        )


def information(labels: np.ndarray, clusters: np.ndarray) -> float:
    """Mutual information in nats, from the shares of pairs."""
    shares = {(a, b): np.mean((labels == a) & (clusters == b)) for a in set(labels) for b in set(clusters)}
    return sum(
        share * np.log(share / np.mean(labels == a) / np.mean(clusters == b))
        for (a, b), share in shares.items()
        if share > 0
    )


@given(data=st.data())
def test_ami_is_what_is_above_the_mean_of_all_orders(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 6))
    numbers = st.lists(st.integers(0, 2), min_size=size, max_size=size).map(np.array)
    labels, clusters = data.draw(numbers), data.draw(numbers)
    by_chance = np.mean([information(labels, clusters[list(order)]) for order in permutations(range(size))])
    highest = (information(labels, labels) + information(clusters, clusters)) / 2
    if highest - by_chance > 1e-9:
        expected = (information(labels, clusters) - by_chance) / (highest - by_chance)
        assert label_scores(labels, clusters)["ami"] == pytest.approx(expected, abs=1e-7)


def test_random_clusters_have_no_ami_however_many_they_are() -> None:
    draw = np.random.default_rng(0)
    scores = label_scores(draw.integers(10, size=2000), draw.integers(400, size=2000))
    assert scores["nmi"] > 0.2 and abs(scores["ami"]) < 0.02


def test_more_clusters_than_classes_can_be_matched() -> None:
    assert label_scores(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 2]))["accuracy"] == 0.75
