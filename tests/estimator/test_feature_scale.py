from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse
from sklearn.base import clone
from small_embedder import club, club_edges, embedder, rows

import rgrl
from rgrl import RGRLEmbedder
from rgrl.errors import ConfigError, DataError
from rgrl.estimator.feature_scale import FeatureScale


def uneven() -> npt.NDArray[np.float32]:
    """Columns of several sizes, one constant and one constant up to rounding, most entries 0."""
    x = np.zeros((34, 20), dtype=np.float32)
    x[:, 0] = 50_000 + 20_000 * np.random.default_rng(0).standard_normal(34)
    x[:, 1] = 7
    x[:, 2] = np.where(np.arange(34) % 2, 1.6e9, 1.6e9 + 128)
    x[np.arange(34), 3 + np.arange(34) % 17] = 1
    return x


def test_it_is_the_fit_of_features_that_were_standardised_by_hand() -> None:
    x = uneven()
    wide = x.astype(np.float64)
    constant = [1, 2]
    by_hand = (wide - wide.mean(0)) / np.where(wide.std(0) > 0, wide.std(0), 1)
    by_hand[:, constant] = 0
    graph = rgrl.as_graph((x, club_edges()), sparse_features=False)
    scaled = FeatureScale.of(graph).standardized(graph)
    np.testing.assert_allclose(scaled.x, by_hand, atol=1e-5)
    ours = embedder(standardize=True).fit(club(), x=x)
    assert np.array_equal(ours.embedding_, embedder().fit(scaled).embedding_)
    assert ours.feature_scale_ is not None
    assert ours.feature_scale_.std[constant].tolist() == [0, 0]
    assert embedder().fit(club(), x=x).feature_scale_ is None


def test_other_graphs_take_the_numbers_of_fit() -> None:
    x = uneven()
    ours = embedder(standardize=True).fit(club(), x=x)
    assert np.array_equal(ours.transform(club(), x=x), ours.embedding_)
    alone = nx.empty_graph(1)
    before = ours.transform(alone, x=x[:1])
    assert np.abs(before).max() > 0, "not scaled by its own deviation, which is 0"
    other = x[:1].copy()
    other[0, 1] = 1e6  # constant in fit: there is no deviation to hold it against
    assert np.array_equal(ours.transform(alone, x=other), before)
    kept = ours.transform(club(), x=x)
    assert np.array_equal(ours.set_params(standardize=False).transform(club(), x=x), kept)


def test_the_scale_stays_in_files(tmp_path: Path) -> None:
    ours = embedder(standardize=True).fit(club(), x=uneven())
    ours.save(tmp_path / "a.safetensors")
    for again in (RGRLEmbedder.load(tmp_path / "a.safetensors"), pickle.loads(pickle.dumps(ours))):
        assert again.standardize is True
        assert np.array_equal(again.transform(club(), x=uneven()), ours.embedding_)
    assert clone(ours).standardize is True
    with pytest.raises(
        ConfigError, match=r"changed after fit .*standardize is False, but there is a mean of"
    ):
        ours.set_params(standardize=False).save(tmp_path / "b.safetensors")
    plain = embedder().fit(club(), x=rows())
    with pytest.raises(ConfigError, match="standardize is True, but there is no mean of the features"):
        plain.set_params(standardize=True).save(tmp_path / "b.safetensors")


@pytest.mark.parametrize(
    ("graph", "arguments", "options"),
    [
        (club(), {"x": sparse.csr_matrix(uneven())}, {}),
        (rgrl.as_graph((uneven(), club_edges()), sparse_features=True), {}, {}),
        (club(), {}, {"features": "degree"}),
    ],
)
def test_sparse_features_are_refused_in_one_line(graph: Any, arguments: Any, options: Any) -> None:
    with pytest.raises(
        DataError, match=r"^standardize is True and the features are sparse: dense .* keeps so$"
    ):
        embedder(standardize=True, **options).fit(graph, **arguments)


def test_positions_may_be_standardised() -> None:
    ours = embedder(standardize=True, features="positional").fit(club())
    assert np.array_equal(ours.transform(club()), ours.embedding_)


def test_rows_are_normalised_before_columns_are_standardised() -> None:
    x = rows()
    ours = embedder(standardize=True, row_normalize=True).fit(club(), x=x)
    shares = rgrl.as_graph((x / x.sum(1, keepdims=True), club_edges()))
    scale = FeatureScale.of(shares)
    assert ours.feature_scale_ is not None
    np.testing.assert_allclose(ours.feature_scale_.mean, scale.mean, rtol=1e-5)
    np.testing.assert_allclose(ours.feature_scale_.std, scale.std, rtol=1e-4)


def test_a_column_that_hides_the_others_is_one_warning_and_standardising_mends_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pd = pytest.importorskip("pandas")
    x = pd.DataFrame(rows(), index=list(club()), columns=[*"abcde", "income"])
    x["income"] = 50_000 + 20_000 * np.random.default_rng(0).standard_normal(34)
    embedder(epochs=20).fit(club(), x=x)
    assert len(caplog.messages) == 1
    assert "column 5 ('income') of the features is" in caplog.text
    caplog.clear()
    embedder(epochs=20, standardize=True).fit(club(), x=x)
    embedder(epochs=0).fit(club(), x=x)
    assert caplog.messages == []
