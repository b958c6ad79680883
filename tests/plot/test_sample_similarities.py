from __future__ import annotations

import logging

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.errors import ConfigError, DataError
from rgrl.plot import sample_similarities
from rgrl.plot.sample_similarities import _MOST_LISTED


def all_pairs(rows: torch.Tensor, edges: list[tuple[int, int]], labels: list[int]) -> dict[str, list[float]]:
    unit = rows / rows.norm(dim=1, keepdim=True)
    joined = {frozenset(edge) for edge in edges}
    kinds: dict[str, list[float]] = {"neighbours": [], "same": [], "other": []}
    for i in range(len(rows)):
        for j in range(i):
            kind = "neighbours"
            if {i, j} not in joined:
                if labels[i] < 0 or labels[j] < 0:
                    continue
                kind = "same" if labels[i] == labels[j] else "other"
            kinds[kind].append(float(unit[i] @ unit[j]))
    return kinds


EDGES = [(0, 1), (1, 0), (2, 3), (3, 5), (4, 4), (7, 6)]
LABELS = [0, 0, 1, 1, 0, 2, -1, 1]


def rows(count: int = 8, width: int = 3) -> torch.Tensor:
    return torch.randn(count, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("as_sparse", [False, True])
def test_of_a_small_graph_every_pair_is_found_once(as_sparse):
    given = sparse.csr_matrix(rows().numpy()) if as_sparse else rows()
    found = sample_similarities(given, np.array(EDGES).T, LABELS)
    expected = all_pairs(rows(), EDGES, LABELS)
    for values, name in (
        (found.neighbours, "neighbours"),
        (found.same_class, "same"),
        (found.others, "other"),
    ):
        np.testing.assert_allclose(np.sort(values), np.sort(expected[name]), atol=1e-6)


def test_without_labels_the_others_are_all_that_no_edge_joins():
    found = sample_similarities(rows(), np.array(EDGES).T)
    expected = all_pairs(rows(), EDGES, [0] * 8)
    assert found.same_class is None
    np.testing.assert_allclose(np.sort(found.others), np.sort(expected["same"]), atol=1e-6)


def test_no_more_than_asked_and_the_same_again():
    first, second, other = (
        sample_similarities(rows(), np.array(EDGES).T, LABELS, max_pairs=3, seed=s) for s in (1, 1, 2)
    )
    assert len(first.neighbours) == len(first.same_class) == len(first.others) == 3
    assert torch.equal(first.others, second.others) and torch.equal(first.same_class, second.same_class)
    assert not torch.equal(first.others, other.others)


@pytest.mark.parametrize("with_labels", [False, True])
def test_in_a_large_graph_pairs_are_drawn_of_their_kind_alone(with_labels):
    count = 3000
    assert count**2 > _MOST_LISTED
    # A node's row is its class's axis: neighbours i, i + 1 of a ring are of different classes.
    labels = torch.arange(count) % 3
    ring = torch.stack([torch.arange(count), (torch.arange(count) + 1) % count])
    found = sample_similarities(torch.eye(3)[labels], ring, labels if with_labels else None, max_pairs=2000)
    assert len(found.neighbours) == len(found.others) == 2000
    assert float(found.neighbours.max()) == 0
    if with_labels:
        assert found.same_class is not None and len(found.same_class) == 2000
        assert float(found.same_class.min()) == 1 and float(found.others.max()) == 0
    else:
        assert 0.28 < float(found.others.mean()) < 0.39  # a third of all pairs are of one class


def test_edges_of_32_bits_between_many_nodes_keep_their_ends():
    rows = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(50_000, 1)
    edges = np.array([[99_997], [99_999]], dtype=np.int32)
    assert sample_similarities(rows, edges, max_pairs=3).neighbours.tolist() == [1.0]
    edges = np.array([[99_998], [99_999]], dtype=np.int32)
    assert sample_similarities(rows, edges, max_pairs=3).neighbours.tolist() == [0.0]


def test_large_classes_have_as_many_more_pairs_as_there_are():
    sizes = (2000, 1000)
    labels = torch.repeat_interleave(torch.arange(2), torch.tensor(sizes))
    angle = torch.cat([torch.rand(2000) * 0, torch.arange(1000) * 2.4])  # the small class is spread
    points = torch.stack([angle.cos(), angle.sin()], 1)
    found = sample_similarities(points, [[0], [1]], labels, max_pairs=4000)
    share = float((found.same_class > 0.99999).double().mean())
    assert 0.77 < share < 0.83  # 2000² of 2000² + 1000²


def test_kinds_without_a_pair_are_empty_and_said(caplog):
    complete = torch.combinations(torch.arange(4)).T
    with caplog.at_level(logging.WARNING):
        found = sample_similarities(torch.eye(4), complete, [0, 0, 1, 1])
    assert len(found.neighbours) == 6 and len(found.same_class) == len(found.others) == 0
    assert "no pair of others without an edge was found" in caplog.text


def test_a_large_graph_with_one_node_a_class_gives_up_on_pairs_of_one_class():
    count = 2100
    found = sample_similarities(torch.ones(count, 1), [[0], [1]], torch.arange(count), max_pairs=10)
    assert len(found.same_class) == 0 and len(found.others) == 10


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "message"),
    [
        ((rows(), [[0], [8]]), {}, DataError, "8"),
        ((rows(), [[1], [1]]), {}, DataError, "edge_index joins no two nodes"),
        ((rows(), np.empty((2, 0), dtype=np.int64)), {}, DataError, "edge_index joins no two nodes"),
        ((rows(), [[0], [1]], [0, 1]), {}, DataError, "labels have shape"),
        ((torch.full((2, 2), float("nan")), [[0], [1]]), {}, DataError, "NaN or infinite"),
        ((rows(1), [[0], [0]]), {}, DataError, "joins no two nodes"),
        ((rows(), [[0], [1]]), {"max_pairs": 0}, ConfigError, "max_pairs is 0"),
        ((rows(), [[0], [1]]), {"seed": -1}, ConfigError, "seed is -1"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, settings, error, message):
    with pytest.raises(error, match=message):
        sample_similarities(*arguments, **settings)
