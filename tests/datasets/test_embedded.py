from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from sklearn.datasets import load_digits

from rgrl.datasets.embedded import DIGITS_PIXEL_SCALE, digits, karate, read_embedded
from rgrl.errors import ConfigError


def test_karate_is_the_club() -> None:
    found = karate()
    club = nx.karate_club_graph()
    assert np.array_equal(found.x, np.eye(34))
    assert {tuple(pair) for pair in found.edge_index.T.tolist()} == set(club.edges) | {
        (b, a) for a, b in club.edges
    }
    assert np.bincount(found.y).tolist() == [17, 17]
    assert found.y[[0, 33]].tolist() == [0, 1]


def test_digits_link_each_with_its_eight_nearest() -> None:
    found = digits()
    pixels, labels = load_digits(return_X_y=True)
    assert np.array_equal(found.x, pixels * DIGITS_PIXEL_SCALE)
    assert np.array_equal(found.y, labels)
    linked = np.zeros((1797, 1797), dtype=bool)
    linked[found.edge_index[0], found.edge_index[1]] = True
    assert np.array_equal(linked, linked.T)
    chosen = np.zeros_like(linked)
    for node in range(1797):
        distance = ((pixels - pixels[node]) ** 2).sum(axis=1)
        distance[node] = np.inf
        chosen[node, np.argsort(distance, kind="stable")[:8]] = True
    assert np.array_equal(linked, chosen | chosen.T)


def test_refuses_another_name() -> None:
    with pytest.raises(ConfigError, match="'iris' is unknown; accepted: karate, digits"):
        read_embedded("iris")
