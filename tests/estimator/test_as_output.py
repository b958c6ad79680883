from __future__ import annotations

import sys

import networkx as nx
import numpy as np
import pytest
import sklearn
from sklearn.pipeline import make_pipeline
from small_embedder import club, club_edges, embedder

from rgrl.errors import MissingExtraError


def test_frames_have_the_users_ids() -> None:
    pd = pytest.importorskip("pandas")
    graph = nx.relabel_nodes(club(), {0: "Mr. Hi", 33: ("John", "A")})
    frame = embedder(features="degree", output="pandas").fit_transform(graph)
    assert isinstance(frame, pd.DataFrame)
    assert frame.index.tolist() == list(graph)
    assert frame.columns[7] == "rgrlembedder7"
    fitted = embedder(features="degree").fit(graph)
    assert isinstance(fitted.transform(graph), np.ndarray)
    assert fitted.set_output(transform="pandas").transform(graph).equals(frame)
    assert isinstance(fitted.set_output(transform="default").transform(graph), np.ndarray)
    with sklearn.config_context(transform_output="pandas"):
        assert fitted.transform(graph).equals(frame)
        assert isinstance(fitted.set_params(output="numpy").transform(graph), np.ndarray)
    named = fitted.set_params(output="pandas").transform((None, club_edges()), node_ids=range(100, 134))
    assert named.index.tolist() == list(range(100, 134))
    piped = make_pipeline(embedder(features="degree")).set_output(transform="pandas").fit_transform(graph)
    assert piped.equals(frame)


def test_frames_without_pandas_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"'pandas' needs pandas: pip install 'rgrl\[tables\]'"):
        embedder(output="pandas", features="degree").fit(club())
