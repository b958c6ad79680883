"""Datasets of several graphs: trained on batches of whole graphs, evaluated on all of them."""

from __future__ import annotations

import dataclasses
import json
from itertools import islice

import pytest
import torch
from small_datasets import put

from rgrl.bench.build import build_method
from rgrl.bench.methods import preset_of
from rgrl.datasets import Dataset, load_dataset
from rgrl.evaluate import load_embeddings
from rgrl.graph import Graph, graph_batches
from rgrl.methods import CCASSG, DGI
from rgrl.training import cosine_schedule, train_on_batches

TRAINED = ("rgrl", "bgrl", "grace", "dgi", "cca-ssg")
SIZES = {0: 6, 1: 4, 2: 5}  # of the small file's training graphs


@pytest.fixture
def ppi(tmp_path, monkeypatch) -> Dataset:
    """A small file in PPI's format: three graphs train, one validates, two test."""
    put("ppi", tmp_path / "data", monkeypatch)
    return load_dataset("ppi", root=tmp_path / "data")


@pytest.fixture
def run(bench, ppi, tmp_path):
    """Run the command on the small file: the results, and standard error."""

    def call(*arguments: object, out: str = "out") -> tuple[list[dict], str]:
        small = ("--set", "layers=[8, 4]", "--root", tmp_path / "data", "--out", tmp_path / out)
        code, printed, err = bench("run", "ppi", *small, *arguments, "--json")
        assert code == 0, err
        return [json.loads(line) for line in printed.splitlines()], err

    return call


@pytest.fixture
def planned(monkeypatch) -> list[Graph]:
    """Every graph that CCA-SSG or DGI makes an update on."""
    graphs: list[Graph] = []
    for kind in (CCASSG, DGI):
        real = kind.plan

        def plan(self, graph, *, cache=None, real=real):
            graphs.append(graph)
            return real(self, graph, cache=cache)

        monkeypatch.setattr(kind, "plan", plan)
    return graphs


def embedding(folder) -> torch.Tensor:
    (path,) = (folder / "embeddings").glob("*-seed0.safetensors")
    return load_embeddings(path).values


@pytest.mark.parametrize("method", TRAINED)
def test_every_trained_method_runs_goes_on_and_repeats(run, ppi, tmp_path, method):
    arguments = ("--methods", method, "--epochs", 7, "--set", "eval_every=5")
    (result,), _ = run(*arguments)
    (seed,) = result["runs"]
    assert seed["curve"]["update"] == [0, 1, 6, 7], "evaluations are counted in updates"
    assert (result["updates"], seed["ended_by"]) == ([7], "epochs")
    assert result["config"]["batch_size"] == preset_of(method, "ppi").batch_size
    assert embedding(tmp_path / "out").shape == (ppi.graph.num_nodes, 4)
    (again,), err = run(*arguments)
    assert again == result
    assert "not done again" in err
    (two,), _ = run(*arguments, "--seeds", 2)
    assert two["seeds"] == 2
    assert two["runs"][0] | seed == two["runs"][0], "found, with the seconds that it took"
    assert two["runs"][1]["curve"]["loss"] != seed["curve"]["loss"]
    (elsewhere,), _ = run(*arguments, out="elsewhere")
    assert elsewhere["runs"][0]["curve"] == seed["curve"]
    assert torch.equal(embedding(tmp_path / "elsewhere"), embedding(tmp_path / "out"))


@pytest.mark.parametrize("method", TRAINED)
def test_the_training_is_the_librarys_on_batches_of_the_training_graphs(run, ppi, method):
    (result,), _ = run("--methods", method, "--epochs", 6, "--set", "batch_size=2", "--set", "eval_every=1")
    preset = preset_of(method, "ppi").replace({"layers": [8, 4], "epochs": 6})
    generator = torch.Generator().manual_seed(0)
    model = build_method(preset, ppi.graph.num_features, generator)
    graphs = torch.tensor([0] * 6 + [1] * 4 + [2] * 5)
    updates = train_on_batches(
        model,
        lambda: graph_batches(ppi.train_graph, graphs, batch_size=2, generator=generator),
        epochs=10,  # more than there are updates
        learning_rate=cosine_schedule(preset.learning_rate, epochs=6, warmup=5)
        if method == "bgrl"
        else preset.learning_rate,
        weight_decay=preset.weight_decay,
        generator=generator,
    )
    losses = [float(update.loss) for update in islice(updates, 6)]
    assert result["runs"][0]["curve"]["loss"] == [None, *losses]


@pytest.mark.parametrize("method", ["cca-ssg", "dgi"])
@pytest.mark.parametrize(("batch_size", "counts"), [(1, [1] * 7), (2, [2, 1, 2, 1, 2, 1, 2]), (3, [3] * 7)])
def test_a_batch_is_whole_training_graphs(run, ppi, planned, method, batch_size, counts):
    run("--methods", method, "--epochs", 7, "--set", f"batch_size={batch_size}")
    passes: list[int] = []
    for batch, count in zip(planned, counts, strict=True):
        rows = [(ppi.graph.x == x).all(1).nonzero().item() for x in batch.x]
        numbers = set(ppi.graph_of_node[rows].tolist())
        assert len(numbers) == count
        assert numbers <= set(SIZES), "the others validate and test"
        assert batch.num_nodes == sum(SIZES[number] for number in numbers)
        passes += sorted(numbers)
    assert sorted(passes[:3]) == sorted(passes[3:6]) == [0, 1, 2]


def test_more_graphs_than_there_are_and_no_number_are_one_batch(run, planned, tmp_path):
    arguments = ("--methods", "cca-ssg", "--epochs", 3)
    run(*arguments, "--set", "batch_size=20")
    assert [batch.num_nodes for batch in planned] == [15] * 3
    (tmp_path / "all.toml").write_text('method = "cca-ssg"\nepochs = 3\n')
    (result,), _ = run(*arguments, "--preset", tmp_path / "all.toml")
    assert [batch.num_nodes for batch in planned[3:]] == [15], "planned once"
    assert "batch_size" not in result["config"]


def test_no_update_at_all_leaves_the_untrained_encoder(run, planned):
    (result,), _ = run("--methods", "cca-ssg", "--epochs", 0)
    assert (result["updates"], planned) == ([0], [])
    assert result["test_mean"] == result["untrained_mean"]


def test_for_link_prediction_all_graphs_are_trained_on(run, ppi, planned):
    run("--methods", "cca-ssg", "--epochs", 3, "--tasks", "link")
    assert [len(torch.unique(batch.x, dim=0)) for batch in planned] == [batch.num_nodes for batch in planned]
    assert sum(batch.num_nodes for batch in planned) == ppi.graph.num_nodes, "six graphs, two an update"
    assert sum(batch.num_edges for batch in planned) < ppi.graph.num_edges


@pytest.mark.parametrize(("epochs", "kept"), [(2, False), (3, True)])
def test_local_anchors_are_kept_where_batches_come_again(run, monkeypatch, tmp_path, epochs, kept):
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "cache"))
    run("--epochs", epochs)  # of three pairs of graphs
    assert (tmp_path / "cache" / "anchors").exists() == kept


def test_of_one_graph_there_are_no_batches(bench, refused, tmp_path):
    arguments = ("--set", "batch_size=2", "--epochs", 1, "--out", tmp_path)
    outcome = bench("run", "karate", *arguments)
    line = "batch_size is 2: karate is one graph, only a dataset of several has batches"
    assert refused(outcome) == f"error: {line}"
    assert len(outcome[2].splitlines()) == 1
    outcome = bench("run", "karate", "--preset", "rgrl-ppi", "--out", tmp_path)
    assert refused(outcome) == f"error: {line}"


def test_where_there_are_none_the_other_runs_are_done(bench, ppi, tmp_path):
    arguments = ("--set", "batch_size=1", "--set", "layers=[4]", "--epochs", 1, "--root", tmp_path / "data")
    code, _, err = bench("run", "karate", "ppi", *arguments, "--out", tmp_path / "out")
    assert code == 2
    assert err.splitlines()[-1].startswith(
        "error: 1 of 2 tasks failed, 1 result stored: rgrl on karate: batch_size is 1"
    )
    (result,) = (tmp_path / "out" / "results.jsonl").read_text().splitlines()
    assert json.loads(result)["dataset"] == "ppi"


def test_graphs_are_batched_with_features_divided_by_their_sum(run, ppi, planned, monkeypatch):
    positive = dataclasses.replace(ppi.graph, x=ppi.graph.x.abs())
    train = dataclasses.replace(ppi.train_graph, x=ppi.train_graph.x.abs())
    changed = dataclasses.replace(ppi, graph=positive, train_graph=train)
    monkeypatch.setattr("rgrl.bench.do_work.load_dataset", lambda *_, **__: changed)
    run("--methods", "cca-ssg", "--epochs", 2, "--set", "row_normalize=true")
    assert len(planned) == 2
    for batch in planned:
        torch.testing.assert_close(batch.x.sum(1), torch.ones(batch.num_nodes))
