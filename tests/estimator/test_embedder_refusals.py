"""What the embedder refuses, or warns of: one line each."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from small_embedder import club, club_edges, embedder, rows

from rgrl.errors import ConfigError, DataError, DivergedError, RGRLError
from rgrl.estimator import UnfittedError


def test_before_fit_everything_says_so(tmp_path: Any) -> None:
    new = embedder()
    for call in (
        lambda: new.transform(club()),
        new.get_feature_names_out,
        lambda: new.save(tmp_path / "a.safetensors"),
        lambda: new.save_embedding(tmp_path / "a.npy"),
    ):
        with pytest.raises(UnfittedError, match=r"^this RGRLEmbedder is not fitted: call fit before"):
            call()
    assert issubclass(UnfittedError, NotFittedError)
    assert issubclass(UnfittedError, RGRLError)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": -1}, "epochs is -1: a whole number of at least 0"),
        ({"layers": ()}, r"layers is \[\]: a list of whole numbers"),
        ({"norm": "group"}, "norm is 'group': one of"),
        (
            {"features": "pagerank"},
            "features is 'pagerank': accepted are None, 'degree', 'identity', ",
        ),
        ({"random_state": -1}, "random_state is -1: a whole number of at least 0, a RandomState or None"),
        ({"random_state": "seed"}, "random_state is 'seed'"),
        ({"device": "tpu"}, "device is 'tpu': accepted are cpu, cuda and cuda:N"),
        ({"device": "cuda:99"}, r"device is 'cuda:99': this machine has \d+ CUDA devices"),
        ({"output": "polars"}, "output is 'polars': accepted are None, 'numpy' and 'pandas'"),
        ({"block_rows": 0}, "block_rows is 0: a whole number of at least 1"),
        ({"verbose": -1}, "verbose is -1: a whole number of at least 0"),
        ({"precision": "fp8"}, "precision is 'fp8': one of"),
    ],
)
def test_settings_are_refused_by_name(changes: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        embedder(**{"features": "degree", **changes}).fit(club())
    assert "\n" not in str(caught.value)


EDGE = np.array([[0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("graph", "arguments", "message"),
    [
        (np.ones((3, 3)), {}, "a ndarray is not a graph: accepted are"),
        (club(), {}, "the graph has no features: give x=, or choose features='degree', 'identity' or"),
        (club(), {"x": rows(33)}, "x has 33 rows, but num_nodes is 34"),
        ((np.array([[1.0], [np.nan]]), EDGE), {}, "x is not finite: 1 values, the first is nan at node 1"),
        (
            (rows(2), np.empty((2, 0), dtype=int)),
            {},
            "the graph has 2 nodes and 0 edges: RGRL needs",
        ),
        (nx.Graph(), {"x": np.ones((0, 2))}, "the graph has 0 nodes: at least 1"),
        ((rows(1), [[0], [0]]), {}, "the graph has 1 node, and a batch norm needs 2"),
        ((rows(2), EDGE), {"node_ids": ["a"]}, "node_ids has 1 ids: one for each of 2 nodes"),
        ((rows(2), EDGE), {"node_ids": ["a", "a"]}, "node_ids has 'a' at places 0 and 1"),
        ((rows(2), EDGE), {"node_ids": ["a", None]}, "node_ids has None at place 1: every node needs"),
        (
            nx.Graph([(0, 1, {"weight": -1})]),
            {"x": rows(2)},
            "an edge has the weight -1: weights",
        ),
    ],
)
def test_graphs_are_refused_in_one_line(graph: Any, arguments: Any, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        embedder().fit(graph, **arguments)
    assert "\n" not in str(caught.value)


def test_other_features_are_refused_after_fit() -> None:
    fitted = embedder().fit((rows(), club_edges()))
    with pytest.raises(DataError, match="X has 5 features, but RGRLEmbedder is expecting 6"):
        fitted.transform((rows(width=5), club_edges()))
    with pytest.raises(DataError, match="the graph has no features"):
        fitted.transform(club())
    with pytest.raises(ConfigError, match="x is given and features is 'degree'"):
        embedder(features="degree").fit(club(), x=rows())
    with pytest.raises(DataError, match="a feature is -1: only features of at least 0 have"):
        embedder(row_normalize=True).fit((-np.ones((34, 2)), club_edges()))


def test_directed_edges_stay_so_unless_told(caplog: pytest.LogCaptureFixture) -> None:
    there = club_edges()[:, :78]
    one_way = embedder().fit((rows(), there))
    assert caplog.messages == [
        "all 78 edges go one way: undirected=True adds their reverses, should they go both ways"
    ]
    both = embedder(undirected=True).fit((rows(), there))
    assert len(caplog.messages) == 1
    assert np.array_equal(both.embedding_, embedder().fit(club(), x=rows()).embedding_)
    assert not np.allclose(both.embedding_, one_way.embedding_, atol=1e-3)
    assert np.array_equal(both.transform((rows(), there)), both.embedding_)


def test_a_training_that_diverges_says_so() -> None:
    with pytest.raises(DivergedError, match=r"training diverged at update \d+: .*learning_rate is 1e\+30"):
        embedder(features="degree", learning_rate=1e30, epochs=20).fit(club())
