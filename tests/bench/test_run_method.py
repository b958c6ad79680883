"""A method on a dataset: what is trained, kept, found again and reported."""

from __future__ import annotations

import dataclasses
import io
import json

import pytest
import torch
from method_runs import method_run

from rgrl.bench import embed_seed as module
from rgrl.bench.do_work import do_work
from rgrl.bench.plain_progress import PlainProgress
from rgrl.bench.probes import classification_probe
from rgrl.bench.run_key import RunKey
from rgrl.bench.tasks import embedding_task
from rgrl.bench.work import Work
from rgrl.datasets import Dataset, load_dataset
from rgrl.errors import DataError
from rgrl.evaluate import clustering, linear_probe, load_embeddings
from rgrl.graph import Graph
from rgrl.presets import load_preset


@pytest.fixture(scope="module")
def karate() -> Dataset:
    return load_dataset("karate")


@pytest.fixture
def trainings(monkeypatch) -> list[tuple[str, int]]:
    """Every training that happens: its regime and seed."""
    done: list[tuple[str, int]] = []
    real = module.embed_seed

    def embed_seed(key, graph, *, seed, **keywords):
        done.append((key.regime, seed))
        return real(key, graph, seed=seed, **keywords)

    monkeypatch.setattr(module, "embed_seed", embed_seed)
    return done


def test_the_saved_embedding_gives_the_stored_score_again(tmp_path, karate):
    # At this rate the best evaluation is followed by worse ones.
    run = method_run(karate, tmp_path, epochs=26, learning_rate=0.1, norm="layer", precision="fp32")
    result = run.classification(lambda: 50.0)
    assert json.loads((tmp_path / "results.jsonl").read_text()) == json.loads(json.dumps(result))
    (seed,) = result["runs"]
    assert 0 < seed["best_update"] < seed["last_update"], "the test is about neither the first nor the last"
    saved = load_embeddings(run.folder.embedding(run.key, 0))
    assert saved.fingerprint == karate.fingerprint.digest
    assert saved.metadata["update"] == str(seed["best_update"])
    again = linear_probe(saved.values, karate.graph.y, karate.splits)
    assert (list(again.test), list(again.val)) == (seed["test"], seed["val"])
    assert again.test_mean == result["test_mean"] != result["test_last_mean"]
    assert result["raw_mean"] == 50.0


def test_a_finished_seed_is_trained_once(tmp_path, karate, trainings):
    method_run(karate, tmp_path, epochs=2, seeds=1).classification(lambda: 0.0)
    two = method_run(karate, tmp_path, epochs=2, seeds=2)
    two.classification(lambda: 0.0)
    two.task("clustering")
    assert trainings == [("full", 0), ("full", 1)]
    assert two.folder.find(two.key, "classification", seeds=2)["seeds"] == 2
    assert two.folder.find(two.key, "classification", seeds=3) is None
    method_run(karate, tmp_path, epochs=3).classification(lambda: 0.0)
    assert len(trainings) == 3


def test_a_lost_embedding_or_another_graph_is_trained_again(tmp_path, karate, trainings):
    run = method_run(karate, tmp_path, epochs=1)
    run.record(0)
    run.folder.embedding(run.key, 0).unlink()
    run.record(0)
    other = dataclasses.replace(run, key=dataclasses.replace(run.key, digest="another"))
    other.record(0)
    assert len(trainings) == 3


def test_a_task_reports_what_its_evaluator_says_of_the_chosen_embedding(tmp_path, karate):
    run = method_run(karate, tmp_path, epochs=7, seeds=2)
    result = run.task("clustering")
    expected = [clustering(run.chosen(s), karate.labels, edge_index=karate.graph.edge_index) for s in (0, 1)]
    for metric, scores in result["metrics"].items():
        means = [report.mean(metric) for report in expected]
        assert scores["mean"] == pytest.approx(sum(means) / 2)
    assert result["runs"][1]["report"] == json.loads(json.dumps(expected[1].to_dict()))
    assert (result["task"], result["seeds"], result["repetitions"]) == ("clustering", 2, 10)


@pytest.mark.parametrize("method", ["rgrl", "rgrl:a"])
def test_features_are_divided_by_their_sum_on_every_relation(tmp_path, karate, method):
    def embedding(scale: float, *, row_normalize: bool) -> torch.Tensor:
        graph = dataclasses.replace(karate.graph, x=scale * torch.eye(34))
        multiplex = dataclasses.replace(karate, graph=graph, relations={"a": graph, "b": graph})
        changes = {"epochs": 0, "norm": "none", "row_normalize": row_normalize}
        run = method_run(multiplex, tmp_path / f"{scale}", **changes)
        run = dataclasses.replace(run, key=dataclasses.replace(run.key, method=method))
        run.record(0)
        return run.chosen(0)

    assert torch.equal(embedding(4.0, row_normalize=True), embedding(1.0, row_normalize=False))


def test_features_below_0_are_not_divided_by_their_sum(tmp_path, karate):
    x = torch.randn(34, 8, generator=torch.Generator().manual_seed(0))
    signed = dataclasses.replace(karate, graph=dataclasses.replace(karate.graph, x=x))
    told: list[str] = []
    records = []
    for row_normalize in (False, True):
        run = method_run(signed, tmp_path / str(row_normalize), epochs=1, row_normalize=row_normalize)
        run.observer.note = told.append
        records.append(run.record(0)["curve"])
    assert records[0] == records[1]
    assert "rgrl on karate: row_normalize has no effect, for there are features below 0" in told


def test_the_seconds_are_those_of_the_training_whenever_it_was(tmp_path, karate):
    run = method_run(karate, tmp_path, epochs=2)
    trained = run.classification(lambda: 0.0)["runs"][0]["seconds"]
    assert trained > 0
    again = method_run(karate, tmp_path, epochs=2).classification(lambda: 0.0)
    assert again["seconds"] >= again["runs"][0]["seconds"] == trained


def test_a_seed_says_where_it_was_trained(tmp_path, karate, monkeypatch):
    first = method_run(karate, tmp_path, epochs=1).classification(lambda: 0.0)
    assert first["runs"][0]["made_with"]["rgrl"] == first["versions"]["rgrl"]
    monkeypatch.setattr("rgrl.bench.result.versions", lambda: {"rgrl": "later"})
    later = method_run(karate, tmp_path, epochs=1).classification(lambda: 0.0)
    assert later["versions"] == {"rgrl": "later"}
    assert later["runs"][0]["made_with"] == first["runs"][0]["made_with"]


def test_raw_features_are_the_datasets_own(tmp_path):
    digits = load_dataset("digits")
    run = method_run(digits, tmp_path, method="raw")
    result = run.classification(lambda: 0.0)
    assert torch.equal(run.chosen(0), digits.graph.x.to_dense())
    assert (
        result["test_mean"] == linear_probe(digits.graph.x.to_dense(), digits.labels, digits.splits).test_mean
    )
    assert result["parameters"] == 0
    assert not list((tmp_path / "embeddings").iterdir())


def test_without_labels_clustering_runs_and_classification_says_why_not(tmp_path, karate):
    nameless = dataclasses.replace(karate, labels=None)
    run = method_run(nameless, tmp_path, epochs=2)
    with pytest.raises(DataError, match="karate has no labels: classification needs them"):
        run.classification(lambda: 0.0)
    assert set(run.task("clustering")["metrics"]) == {"modularity", "conductance"}
    for task in ("similarity", "few-shot"):
        with pytest.raises(DataError, match=f"karate has no labels: {task} needs them"):
            run.task(task)


def test_without_edges_clusters_are_held_against_labels_alone(tmp_path, karate):
    bare = Graph.from_edge_index(torch.empty(2, 0, dtype=torch.int64), x=torch.eye(34))
    run = method_run(dataclasses.replace(karate, graph=bare), tmp_path, method="raw")
    assert set(run.task("clustering")["metrics"]) == {"nmi", "ari", "ami", "homogeneity", "accuracy"}
    nothing = dataclasses.replace(karate, graph=bare, labels=None)
    with pytest.raises(DataError, match="karate has neither labels nor edges"):
        method_run(nothing, tmp_path, method="raw").task("clustering")


def test_what_classification_cannot_score_is_named(karate):
    one_class = dataclasses.replace(karate, labels=torch.zeros(34, dtype=torch.int64))
    with pytest.raises(DataError, match="karate has one class only"):
        classification_probe(one_class)
    for task in ("clustering", "similarity", "few-shot"):
        with pytest.raises(DataError, match=f"karate has one class only: {task} needs at least 2"):
            embedding_task(task)(torch.eye(34), one_class)
    with pytest.raises(DataError, match="karate has 34 nodes: classification needs at least 10"):
        classification_probe(dataclasses.replace(karate, splits=()))


@pytest.mark.parametrize(("native", "expected"), [(True, "bf16"), (False, "fp32")])
def test_the_precision_is_stored_as_what_it_was(monkeypatch, tmp_path, native, expected):
    monkeypatch.setattr("rgrl.training.precision.has_native_bf16", lambda: native)
    preset = load_preset("rgrl-karate").replace({"epochs": 1, "precision": "auto"})
    work = Work("karate", "rgrl", preset, out=tmp_path)
    (result,) = do_work(work, display=lambda: PlainProgress(io.StringIO()))
    assert result["config"]["precision"] == expected
    assert result["config_hash"] == preset.replace({"precision": expected}).hash


def test_a_budget_and_the_public_split_are_part_of_the_identity():
    preset = load_preset("rgrl-karate")
    keys = [
        RunKey("karate", "d", "rgrl", preset, budget_minutes=budget, public_split=public)
        for budget in (None, 1.0, 2.0)
        for public in (False, True)
    ]
    assert len({key.config_hash for key in keys}) == 6
    assert keys[0].config_hash == preset.hash
    assert RunKey("karate", "d", "raw", None).file_stem(3) == "karate-raw-000000000000-seed3"
