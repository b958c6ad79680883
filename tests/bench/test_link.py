"""Link prediction in the bench: nothing that is trained sees an edge that was held out."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from method_runs import method_run

from rgrl.bench import embed_seed as module
from rgrl.bench.link import link_probe
from rgrl.datasets import Dataset, load_dataset, split_edges
from rgrl.evaluate import hadamard_path, link_prediction, load_embeddings
from rgrl.graph import Graph, SparseFeatures, as_graph, structural_features


@pytest.fixture(scope="module")
def karate() -> Dataset:
    return load_dataset("karate")


def test_link_prediction_trains_on_training_edges_only(tmp_path, karate, monkeypatch):
    trained = []
    real = module.embed_seed
    monkeypatch.setattr(
        module, "embed_seed", lambda key, graph, **k: trained.append((key, graph)) or real(key, graph, **k)
    )
    run = method_run(karate, tmp_path, epochs=3)
    result = run.link()
    split = split_edges(karate.graph)
    assert [(key.regime, graph.num_edges) for key, graph in trained] == [("link", 2 * split.train.shape[1])]
    saved = load_embeddings(run.folder.embedding(dataclasses.replace(run.key, regime="link"), 0)).values
    expected = link_prediction(saved, split)
    assert result["metrics"]["random/cosine/auc"]["mean"] == expected.mean("random/cosine/auc")
    run.record(0)
    assert [key.regime for key, _ in trained] == ["link", "full"], "the two trainings have files of their own"


def test_raw_features_stay_sparse(tmp_path, karate, monkeypatch):
    assert isinstance(karate.graph.x, SparseFeatures)
    monkeypatch.setattr(hadamard_path, "_fit_batched", None)  # of dense products
    run = method_run(karate, tmp_path, epochs=1)
    result = dataclasses.replace(run, key=dataclasses.replace(run.key, method="raw")).link()
    expected = link_prediction(karate.graph.x, split_edges(karate.graph))
    for metric, value in result["metrics"].items():
        assert value["mean"] == expected.mean(metric)


def test_what_chooses_is_what_is_reported_of_validation(karate):
    split = split_edges(karate.graph)
    embedding = torch.randn(34, 8, generator=torch.Generator().manual_seed(0))
    embedding[::2] *= 1e-20  # short rows have directions too
    reported = link_prediction(embedding, split, scorers=["cosine"])
    assert link_probe(split)(embedding).val_mean == 100 * reported.mean("val/random/cosine/auc")


@pytest.mark.parametrize("method", ["rgrl", "rgrl:odd"])
def test_link_prediction_on_relations_sees_their_training_edges_only(tmp_path, karate, monkeypatch, method):
    edges = karate.graph.edge_index
    relations = {
        name: Graph.from_edge_index(edges[:, edges.sum(0) % 2 == odd], x=karate.graph.x.to_dense())
        for odd, name in enumerate(("even", "odd"))
    }
    seen = []
    real = module.embed_seed

    def embed_seed(key, graph, **keywords):
        seen.append(keywords["relations"])
        return real(key, graph, **keywords)

    monkeypatch.setattr(module, "embed_seed", embed_seed)
    multiplex = dataclasses.replace(karate, relations=relations)
    run = method_run(multiplex, tmp_path, epochs=1)
    dataclasses.replace(run, key=dataclasses.replace(run.key, method=method)).link()
    split = split_edges(karate.graph)
    train = set(map(tuple, torch.cat([split.train, split.train.flip(0)], dim=1).T.tolist()))
    (given,) = seen
    assert set(given) == {"even", "odd"}
    for name, graph in given.items():
        own = set(map(tuple, relations[name].edge_index.T.tolist()))
        assert set(map(tuple, graph.edge_index.T.tolist())) == own & train != own


@pytest.mark.parametrize("kind", ["degree", "positional"])
def test_features_made_of_edges_are_made_of_training_edges(tmp_path, karate, monkeypatch, kind):
    seen = []
    real = module.embed_seed

    def embed_seed(key, graph, **keywords):
        seen.append(graph)
        return real(key, graph, **keywords)

    monkeypatch.setattr(module, "embed_seed", embed_seed)
    made = as_graph(karate.graph, x=structural_features(kind, karate.graph))
    method_run(dataclasses.replace(karate, graph=made, feature_kind=kind), tmp_path, epochs=1).link()
    (graph,) = seen
    training = split_edges(karate.graph).train_graph
    expected = as_graph(training, x=structural_features(kind, training)).view().dense_features
    assert torch.equal(graph.view().dense_features, expected)
    assert not torch.equal(expected, made.view().dense_features)
