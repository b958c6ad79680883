"""Two small datasets that come with libraries and need no download."""

from __future__ import annotations

import numpy as np

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import RawGraph
from rgrl.errors import ConfigError

DIGITS_NEIGHBOURS = 8
# What each pixel (0 to 16) is multiplied by.
DIGITS_PIXEL_SCALE = 1 / 16


def read_embedded(name: str) -> RawGraph:
    """Build the embedded dataset `karate` or `digits`.

    Raises:
        ConfigError: Another name.
    """
    if name == "karate":
        return karate()
    if name == "digits":
        return digits()
    raise ConfigError(f"embedded dataset '{name}' is unknown; accepted: karate, digits")


def karate() -> RawGraph:
    """Zachary's karate club: 34 members, unweighted ties, identity features, the two factions as labels."""
    import networkx as nx

    club = nx.karate_club_graph()
    ends = np.array(list(club.edges), dtype=np.int64)
    faction = [int(club.nodes[member]["club"] == "Officer") for member in range(len(club))]
    return RawGraph(
        x=np.eye(len(club), dtype=np.float32),
        edge_index=undirected_edges(ends[:, 0], ends[:, 1], len(club)),
        y=np.array(faction, dtype=np.int64),
    )


def digits() -> RawGraph:
    """Scikit-learn's 1,797 digits, each linked with its 8 nearest by Euclidean distance.

    An edge stands where either end chose it. Distances are exact integers and ties go to the lower node
    index, so the graph is the same on every machine.
    """
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    n = pixels.shape[0]
    square = (pixels * pixels).sum(axis=1)
    distance = (square[:, None] + square[None, :] - 2 * pixels @ pixels.T).astype(np.int64)
    np.fill_diagonal(distance, distance.max() + 1)
    # One integer carries distance and index, so that no two candidates are equal.
    rank = distance * n + np.arange(n)
    nearest = np.argpartition(rank, DIGITS_NEIGHBOURS, axis=1)[:, :DIGITS_NEIGHBOURS]
    return RawGraph(
        x=(pixels * DIGITS_PIXEL_SCALE).astype(np.float32),
        edge_index=undirected_edges(np.repeat(np.arange(n), DIGITS_NEIGHBOURS), nearest.ravel(), n),
        y=labels.astype(np.int64),
    )
