from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.semi_supervised import SelfTrainingClassifier
from small_embedder import club, club_edges, embedder, rows

import rgrl
from rgrl.errors import DataError


def test_a_pipeline_learns_from_the_labelled_nodes_alone() -> None:
    graph = club()
    names = [nx.karate_club_graph().nodes[node]["club"] for node in graph]
    y = np.full(34, -1, dtype=object)
    y[[0, 1, 33, 32]] = names[0], names[1], names[33], names[32]
    classifier = SelfTrainingClassifier(LogisticRegression(), max_iter=0)
    pipe = make_pipeline(embedder(features="positional", epochs=30), classifier).fit(graph, y)
    assert set(pipe.predict(graph)) == {"Mr. Hi", "Officer"}
    alone = LogisticRegression().fit(pipe[0].embedding_[[0, 1, 33, 32]], [names[i] for i in (0, 1, 33, 32)])
    assert pipe.predict(graph).tolist() == alone.predict(pipe[0].embedding_).tolist()
    given = make_pipeline(embedder(), classifier).fit((None, club_edges()), y, rgrlembedder__x=rows())
    assert given[0].n_features_in_ == 6
    with pytest.raises(DataError, match="the graph has no features"):
        given.predict((None, club_edges()))


def test_features_reach_fit_and_transform_of_a_pipeline_with_the_graph_or_by_routing() -> None:
    y, classifier = np.arange(34) % 2, LogisticRegression()
    graph = rgrl.as_graph(club(), x=rows())
    plain = make_pipeline(embedder(), classifier).fit(graph, y)
    with sklearn.config_context(enable_metadata_routing=True):
        asking = embedder().set_fit_request(x=True).set_transform_request(x=True)
        routed = make_pipeline(asking, classifier).fit(club(), y, x=rows())
        assert routed.predict(club(), x=rows()).tolist() == plain.predict(graph).tolist()
        with pytest.raises(DataError, match="the graph has no features"):
            routed.predict(club())
    assert np.array_equal(routed[0].embedding_, plain[0].embedding_)
