from __future__ import annotations

import logging
import pickle
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from small_embedder import club, club_edges, embedder, rows
from torch_geometric.data import Data

import rgrl
from rgrl.errors import ConfigError, DataError
from rgrl.estimator import RGRLEmbedder
from rgrl.methods import rgrl_from_preset
from rgrl.presets import load_preset


def test_every_form_of_a_graph_gives_the_same_embedding() -> None:
    x, edges = rows(), club_edges()
    forms: list[tuple[Any, Any]] = [
        (club(), x),
        ((x, edges), None),
        ((None, edges), torch.tensor(x)),
        (Data(x=torch.tensor(x), edge_index=torch.tensor(edges), y=torch.rand(34)), None),
        (sparse.csr_matrix((np.ones(edges.shape[1]), edges), shape=(34, 34)), sparse.csr_matrix(x)),
        (rgrl.as_graph((x, edges), y=np.zeros(34, dtype=int)), None),
    ]
    found = [embedder().fit(graph, x=features).embedding_ for graph, features in forms]
    for embedding in found:
        assert embedding.dtype == np.float32
        assert np.array_equal(embedding, found[0])


def test_it_does_what_the_parts_do_by_hand() -> None:
    graph = rgrl.as_graph((rows(), club_edges()))
    changes = {
        "epochs": 4,
        "layers": [16, 8],
        "predictor_hidden": 16,
        "num_anchors": 16,
        "learning_rate": 0.01,
    }
    preset = load_preset("rgrl-default").replace(changes)
    generator = torch.Generator().manual_seed(7)
    model = rgrl_from_preset(preset, 6, generator)
    losses = [
        float(update.loss)
        for update in rgrl.train(model, graph, epochs=4, learning_rate=0.01, generator=generator)
    ]
    fitted = embedder(random_state=7).fit(graph)
    assert fitted.loss_curve_.tolist() == losses
    np.testing.assert_allclose(fitted.embedding_, model.embed(graph).numpy(), rtol=1e-5, atol=1e-6)
    assert (fitted.n_iter_, fitted.n_features_in_, fitted.seed_) == (4, 6, 7)
    assert fitted.seconds_ > 0


def test_the_same_seed_gives_the_same_bits_and_no_global_stream_moves() -> None:
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = embedder(features="degree").fit_transform(club())
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
    assert np.array_equal(clone(embedder(features="degree")).fit_transform(club()), first)
    other = embedder(features="degree", random_state=np.int64(1)).fit(club())
    assert not np.array_equal(other.embedding_, first)
    drawn = embedder(features="degree", random_state=None).fit(club())
    again = embedder(features="degree", random_state=drawn.seed_).fit(club())
    assert np.array_equal(drawn.embedding_, again.embedding_)
    state = embedder(features="degree", random_state=np.random.RandomState(3)).fit(club())
    assert state.seed_ == np.random.RandomState(3).randint(2**31 - 1)


def test_numbers_of_numpy_and_lists_are_settings() -> None:
    found = embedder(
        features="degree", epochs=np.int64(1), alpha=np.float64(0.5), layers=np.array([4]), edge_drop=[0, 0.5]
    ).fit(club())
    assert found.embedding_.shape == (34, 4)


def test_without_updates_the_encoder_is_as_drawn() -> None:
    fitted = embedder(features="degree", epochs=0).fit(club())
    assert fitted.loss_curve_.shape == (0,)
    assert np.array_equal(fitted.transform(club()), fitted.embedding_)


def test_labels_of_any_kind_are_not_looked_at() -> None:
    plain = embedder(features="degree").fit_transform(club())
    for y in (["Mr. Hi"] * 34, [1.5], object()):
        assert np.array_equal(embedder(features="degree").fit_transform(club(), y), plain)


def test_new_nodes_and_new_graphs() -> None:
    fitted = embedder(features="degree").fit(club())
    assert np.array_equal(fitted.transform(club()), fitted.embedding_)
    grown = club()
    grown.add_edges_from([("new", 33), ("new", 32)])
    found = fitted.transform(grown)
    assert found.shape == (35, 8)
    moved = {33, 32, "new", *grown[33], *grown[32]}
    moved |= {far for near in moved for far in grown[near]}  # two layers
    for row, node in enumerate(grown):
        if node not in moved:
            np.testing.assert_allclose(found[row], fitted.embedding_[row], atol=1e-6)
    alone = nx.Graph()
    alone.add_node("one")
    assert fitted.transform(alone).shape == (1, 8)
    assert np.array_equal(fitted.embedding_, embedder(features="degree").fit(club()).embedding_)


def test_blocks_of_rows_give_the_same_up_to_rounding() -> None:
    fitted = embedder(features="degree").fit(club())
    for encoder in ("gcn", "sage"):
        whole = embedder(features="degree", encoder=encoder, norm="batch").fit(club())
        parts = clone(whole).set_params(block_rows=5).fit(club())
        np.testing.assert_allclose(parts.embedding_, whole.embedding_, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fitted.set_params(block_rows=3).transform(club()), _whole(fitted), atol=1e-6)


def _whole(fitted: RGRLEmbedder) -> Any:
    """The full-batch embedding."""
    graph = rgrl.as_graph(club(), x=np.ones((34, 1)))
    x = rgrl.graph.structural_features("degree", graph)
    return fitted.model_.embed(rgrl.as_graph(graph, x=x)).numpy()


@pytest.mark.parametrize("features", ["identity", "positional"])
def test_features_of_one_graph_are_refused_on_another(features: str) -> None:
    fitted = embedder(features=features).fit(club())
    assert np.array_equal(fitted.transform(club()), fitted.embedding_)
    grown = club()
    grown.add_edge("new", 0)
    with pytest.raises(DataError, match=f"features='{features}' belong to the graph of fit, and this is"):
        fitted.transform(grown)


def test_the_callback_sees_every_update_and_may_end_the_training() -> None:
    seen: list[int] = []
    fitted = embedder(features="degree", callback=lambda update: seen.append(update.number)).fit(club())
    assert (seen, fitted.n_iter_) == ([1, 2, 3, 4], 4)
    stopped = embedder(features="degree", callback=lambda update: update.number == 2).fit(club())
    assert (stopped.n_iter_, len(stopped.loss_curve_)) == (2, 2)


def test_verbose_logs_and_prints_nothing(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO, logger="rgrl"):
        embedder(features="degree", verbose=2).fit(club())
    assert [message[:13] for message in caplog.messages] == ["update 2 of 4", "update 4 of 4"]
    assert capsys.readouterr().out == ""


def test_a_warm_start_goes_on_from_the_last_weights() -> None:
    cold = embedder(features="degree").fit(club())
    warm = embedder(features="degree", warm_start=True).fit(club())
    assert np.array_equal(warm.embedding_, cold.embedding_)
    still = warm.set_params(epochs=0).fit(club())
    assert np.array_equal(still.embedding_, cold.embedding_)
    assert still.set_params(epochs=2).fit(club()).n_iter_ == 6
    with pytest.raises(ConfigError, match="warm_start is True, but the model that was fitted has other"):
        still.set_params(layers=(4,)).fit(club())
    assert np.array_equal(cold.fit(club()).embedding_, cold.embedding_)


def test_a_pickled_estimator_transforms_to_the_same_bits() -> None:
    fitted = embedder(features="degree").fit(club())
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.transform(club()), fitted.embedding_)
    assert again.get_params() == fitted.get_params()


@pytest.mark.parametrize("encoder", ["gat", "gin", "sgc"])
def test_every_encoder_trains_and_transforms(encoder: str) -> None:
    fitted = embedder(features="degree", encoder=encoder).fit(club())
    assert np.array_equal(fitted.transform(club()), fitted.embedding_)


def test_columns_have_names() -> None:
    fitted = embedder(features="degree").fit(club())
    assert fitted.get_feature_names_out().tolist() == [f"rgrlembedder{i}" for i in range(8)]


def test_what_fit_transform_gives_may_be_changed() -> None:
    graph = club()
    ours = RGRLEmbedder(features="positional", epochs=1, layers=(8, 4))
    embedding = ours.fit_transform(graph)
    kept = embedding.copy()
    embedding[:] = 0
    assert np.array_equal(ours.transform(graph), kept)


@pytest.mark.parametrize("change", [{"layers": (16, 4)}, {"learning_rate": -1.0}, {"encoder": "sage"}])
def test_settings_changed_after_fit_are_refused_by_save(tmp_path: Path, change: dict[str, Any]) -> None:
    ours = RGRLEmbedder(features="degree", epochs=1, layers=(8, 4)).fit(club())
    ours.set_params(**change)
    with pytest.raises(ConfigError, match="changed after fit"):
        ours.save(tmp_path / "model.safetensors")
    assert list(tmp_path.iterdir()) == []
    ours.set_params(layers=(8, 4), learning_rate=0.001, encoder="gcn", output="pandas", epochs=7)
    ours.save(tmp_path / "model.safetensors")
    assert RGRLEmbedder.load(tmp_path / "model.safetensors").epochs == 7


def test_a_frame_of_features_is_read_by_its_index() -> None:
    pandas = pytest.importorskip("pandas")
    graph = club()
    features = np.random.default_rng(0).random((graph.number_of_nodes(), 3))
    frame = pandas.DataFrame(features, index=list(graph))
    ours = RGRLEmbedder(epochs=1, layers=(8, 4))
    expected = ours.fit_transform(graph, x=features)
    assert np.array_equal(ours.fit_transform(graph, x=frame), expected)
    assert np.array_equal(ours.fit_transform(graph, x=frame.sample(frac=1, random_state=0)), expected)
    assert np.array_equal(ours.fit_transform(graph, x=frame.sort_index()), expected)
    assert list(graph) != sorted(graph), "so that sorting is another order"
    with pytest.raises(DataError, match="x is a frame with the index 0 to 33, and the nodes"):
        ours.fit(graph, x=frame.reset_index(drop=True))
    letters = nx.relabel_nodes(graph, {node: f"n{node}" for node in graph})
    assert np.array_equal(ours.fit_transform(letters, x=frame.reset_index(drop=True)), expected)
    with pytest.raises(DataError, match="'nobody' of its index is no node"):
        ours.fit(graph, x=frame.rename(index={frame.index[3]: "nobody"}))


def test_weights_go_on_for_the_same_kind_of_features_only() -> None:
    grown = club()
    grown.add_edge("newcomer", 0)
    other = club()
    other.remove_edge(0, 1)
    assert embedder(features="degree", warm_start=True).fit(club()).fit(grown).embedding_.shape[0] == 35
    for graph in (grown, other):
        with pytest.raises(DataError, match="features='positional' belong to the graph of the last fit"):
            embedder(features="positional", warm_start=True).fit(club()).fit(graph)
    ours = embedder(warm_start=True).fit(club(), x=rows(width=6))
    with pytest.raises(DataError, match="the graph has 5 features: the model that was fitted takes 6"):
        ours.fit(club(), x=rows(width=5))


def test_features_beside_made_ones_are_named_as_they_were_given() -> None:
    ours = embedder(features="positional").fit(club())
    with pytest.raises(ConfigError, match="x is given and features is 'positional'"):
        ours.transform(club(), x=rows())


def test_the_training_ends_at_anything_true() -> None:
    for end in (np.bool_(True), torch.tensor(True), 1):
        assert embedder(features="degree", callback=lambda update, end=end: end).fit(club()).n_iter_ == 1
    for go_on in (np.bool_(False), torch.tensor(False), None):
        assert embedder(features="degree", callback=lambda update, end=go_on: end).fit(club()).n_iter_ == 4
