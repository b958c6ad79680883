"""Datasets whose validation and test nodes are not there in training."""

from __future__ import annotations

import json
import sys

import pytest
from small_datasets import put

from rgrl.bench.supervised import supervised_record
from rgrl.datasets import load_dataset
from rgrl.presets import load_preset


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder with small files of Reddit and PPI."""
    for name in ("reddit", "ppi"):
        put(name, tmp_path / "data", monkeypatch)
    return tmp_path / "data"


@pytest.mark.parametrize("method", ["node2vec", "deepwalk"])
@pytest.mark.parametrize("dataset", ["reddit", "ppi"])
def test_walks_are_refused_in_one_line(bench, refused, root, tmp_path, dataset, method):
    outcome = bench("run", dataset, "--methods", method, "--root", root, "--out", tmp_path)
    assert refused(outcome) == (
        f"error: {method} embeds only nodes that it has walked along: {dataset} is inductive, "
        "its validation and test nodes are not there in training"
    )
    assert len(outcome[2].splitlines()) == 1


def test_the_other_methods_are_run_and_the_refusal_stands_at_the_end(bench, root, tmp_path):
    pytest.importorskip("gensim")
    quick = ("--epochs", 2, "--tasks", "classification,clustering")
    methods = ("--methods", "node2vec,raw")
    code, _, err = bench("run", "reddit", "karate", *methods, *quick, "--root", root, "--out", tmp_path)
    assert code == 2
    last = err.splitlines()[-1]
    assert last.startswith(
        "error: 2 of 8 tasks failed, 6 results stored: node2vec on reddit: node2vec embeds only nodes"
    )
    assert last.count("node2vec embeds only") == 1
    rows = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [(row["dataset"], row["method"]) for row in rows[::2]] == [
        ("reddit", "raw"),
        ("karate", "node2vec"),
        ("karate", "raw"),
    ]


def test_the_supervised_gcn_is_trained_on_the_training_graph(bench, root, tmp_path):
    arguments = ("--methods", "supervised", "--epochs", 3, "--root", root, "--out", tmp_path, "--json")
    code, out, err = bench("run", "reddit", *arguments)
    assert code == 0, err
    result = json.loads(out)
    assert (result["splits"], result["updates"]) == (1, [3])


def test_it_is_given_the_training_graph_and_scored_on_the_whole(root, monkeypatch):
    reddit = load_dataset("reddit", root=root)
    module = sys.modules["rgrl.methods.supervised_gcn"]
    real, given = module.supervised_gcn, {}

    def supervised_gcn(graph, labels, splits, **settings):
        given.update(settings, graph=graph)
        return real(graph, labels, splits, **settings)

    monkeypatch.setattr(module, "supervised_gcn", supervised_gcn)
    record = supervised_record(reddit, load_preset("supervised-default").replace({"epochs": 2}), 0)
    assert given["graph"] is reddit.graph
    assert given["train_graph"] is reddit.train_graph
    expected = real(
        reddit.graph, reddit.labels, reddit.splits, train_graph=reddit.train_graph, hidden=64, epochs=2
    )
    assert (record["test"], record["val"]) == (list(expected.test), list(expected.val))


def test_several_labels_a_node_are_refused_in_one_line(bench, refused, root, tmp_path):
    outcome = bench("run", "ppi", "--methods", "supervised", "--root", root, "--out", tmp_path)
    assert "the supervised GCN takes one label a node: ppi has several" in refused(outcome)
