"""What the embedder refuses, or warns of: one line each."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.exceptions import NotFittedError
from small_embedder import club, club_edges, embedder, rows
from torch_geometric.data import Data

import rgrl
from rgrl import RGRLEmbedder
from rgrl.errors import (
    ConfigError,
    DataError,
    DivergedError,
    OneWayEdgesWarning,
    RGRLError,
    RGRLWarning,
    UnknownArgumentError,
    UnusedWeightsWarning,
)
from rgrl.estimator import UnfittedError
from rgrl.estimator.named_graph import named_graph


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
        ({"undirected": "no"}, "^undirected is 'no': True or False is needed$"),
        ({"warm_start": "yes"}, "^warm_start is 'yes': True or False is needed$"),
        ({"standardize": 1}, "^standardize is 1: True or False is needed$"),
        ({"callback": 3}, "^callback is 3: a function of an Update, or None, is needed$"),
        (
            {"edge_drop": (1, 1)},
            r"^edge_drop is \[1.0, 1.0\]: a pair of probabilities from 0 to 1, not both 1, is",
        ),
        ({"feature_mask": (1.0, 1.0)}, r"^feature_mask is \[1.0, 1.0\]: a pair of probabilities"),
    ],
)
def test_settings_are_refused_by_name(changes: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        embedder(**{"features": "degree", **changes}).fit(club())
    assert "\n" not in str(caught.value)


def test_arguments_that_there_are_not_are_refused_with_the_nearest() -> None:
    for make in (RGRLEmbedder, lambda **changes: RGRLEmbedder.from_preset("cora", **changes)):
        with pytest.raises(UnknownArgumentError) as caught:
            make(epoch=3)
        assert str(caught.value) == "RGRLEmbedder has no argument 'epoch': did you mean 'epochs'?"
    assert issubclass(UnknownArgumentError, (ConfigError, TypeError))
    with pytest.raises(
        TypeError, match=r"^RGRLEmbedder was given 'degree' without a name: .* such as features=\.\.\.$"
    ):
        RGRLEmbedder("degree")
    with pytest.raises(TypeError, match=r"^RGRLEmbedder has no argument 'zzz': accepted are features, "):
        RGRLEmbedder(zzz=1)
    assert sorted(inspect.signature(RGRLEmbedder).parameters) == list(RGRLEmbedder().get_params())


def test_a_flag_changed_after_fit_is_refused_by_transform() -> None:
    for features in ("degree", "positional"):
        fitted = embedder(features=features).fit(club()).set_params(undirected="no")
        with pytest.raises(ConfigError, match="undirected is 'no'"):
            fitted.transform(club())
    with pytest.raises(ConfigError, match="undirected is 'no': True or False is needed"):
        rgrl.as_graph(club(), x=rows(), undirected="no")


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
            r"the edge \(0, 1\) has the weight -1.0: finite numbers",
        ),
        ((None, EDGE), {"x": rows(2), "node_ids": []}, "node_ids has 0 ids: one for each of 2 nodes"),
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


def test_directed_edges_stay_so_unless_told() -> None:
    there = club_edges()[:, :78]
    with pytest.warns(OneWayEdgesWarning) as caught:
        one_way = embedder().fit((rows(), there))
    assert [(str(warning.message), warning.filename) for warning in caught] == [
        ("all 78 edges go one way: undirected=True adds their reverses, should they go both ways", __file__)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RGRLWarning)
        both = embedder(undirected=True).fit((rows(), there))
    assert np.array_equal(both.embedding_, embedder().fit(club(), x=rows()).embedding_)
    assert not np.allclose(both.embedding_, one_way.embedding_, atol=1e-3)
    assert np.array_equal(both.transform((rows(), there)), both.embedding_)


def test_weights_give_one_warning_a_fit() -> None:
    graph = nx.karate_club_graph()
    with pytest.warns(UnusedWeightsWarning) as caught:
        embedder(features="degree").fit_transform(graph)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.filterwarnings("ignore:Unable to accurately infer 'num_nodes'")
@pytest.mark.parametrize("largest", [2**31 - 2, 2**31, 2**40, 2**63 - 2])
def test_a_number_of_nodes_that_an_index_alone_says_is_refused_if_it_is_huge(largest: int) -> None:
    ends = np.array([[0], [largest]])
    for graph in (
        (None, ends),
        Data(edge_index=torch.tensor(ends)),
        sparse.coo_matrix(([1], ends), shape=(largest + 1, largest + 1)),
    ):
        with pytest.raises(
            DataError,
            match=f"^the graph has {largest + 1} nodes and 1 edges, whose largest index is {largest}: ",
        ):
            embedder(features="degree").fit(graph)
    with pytest.raises(DataError, match=f"but the 2 nodes are 0 to 1; .* the largest {largest}$"):
        embedder(features="degree").fit((None, ends), node_ids=["a", "b"])


def test_as_many_nodes_as_there_are_ids_or_a_million_may_be_without_edges() -> None:
    many = sparse.coo_matrix(([1, 1], EDGE), shape=(1_000_100, 1_000_100))
    fewer = sparse.coo_matrix(([1, 1], EDGE), shape=(1_000_000, 1_000_000))
    assert named_graph(many, features="degree", node_ids=range(1_000_100)).graph.num_nodes == 1_000_100
    assert named_graph(fewer, features="degree").graph.num_nodes == 1_000_000
    with pytest.raises(DataError, match="node_ids= with one id a node is needed if they are so many"):
        named_graph(many, features="degree")


@pytest.mark.parametrize("graph", [(None, EDGE), nx.path_graph(2), sparse.csr_matrix([[0, 1], [1, 0]])])
def test_an_empty_list_of_ids_is_refused(graph: Any) -> None:
    with pytest.raises(DataError, match=r"^node_ids has 0 ids: one for each node is needed$"):
        embedder(features="degree").fit(graph, node_ids=[])


def test_a_training_that_diverges_says_so() -> None:
    with pytest.raises(DivergedError, match=r"training diverged at update \d+: .*learning_rate is 1e\+30"):
        embedder(features="degree", learning_rate=1e30, epochs=20).fit(club())
