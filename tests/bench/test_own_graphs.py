"""Graphs of the user's own through the command."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from rgrl.bench.commands import chosen_datasets, dataset_key
from rgrl.datasets import random_splits
from rgrl.evaluate import few_shot, logistic_regression, similarity_search

QUICK = ("--set", "layers=[8, 4]", "--epochs", 2)


def results(path: Path) -> list[dict]:
    return [json.loads(line) for line in (path / "results.jsonl").read_text().splitlines()]


def own_graph(path: Path, *, seed: int = 0, labels: torch.Tensor | None = None, edges: int = 120) -> Path:
    generator = torch.Generator().manual_seed(seed)
    tensors = {
        "x": torch.randn(40, 5, generator=generator),
        "edge_index": torch.randint(40, (2, edges), generator=generator),
    }
    path.parent.mkdir(exist_ok=True)
    save_file(tensors if labels is None else {**tensors, "y": labels}, path)
    return path


TWO = torch.arange(40) % 2
LONELY = (torch.arange(40) == 7).long()


@pytest.mark.parametrize(
    ("labels", "edges", "done", "said"),
    [
        (None, 120, ["clustering", "link"], "classification: mine has no labels: classification needs them"),
        (TWO * 0, 120, ["link"], "classification: mine has one class only: classification needs at least 2"),
        (
            LONELY,
            120,
            ["classification", "clustering", "similarity", "link"],
            "few-shot: class 1 has 1 nodes",
        ),
        (
            TWO,
            0,
            ["classification", "clustering", "similarity", "few-shot"],
            "link: the graph has 40 nodes and 0",
        ),
        (None, 0, [], "clustering: mine has neither labels nor edges"),
    ],
)
def test_what_a_graph_cannot_serve_is_named_and_the_rest_is_done(bench, tmp_path, labels, edges, done, said):
    path = own_graph(tmp_path / "mine.safetensors", labels=labels, edges=edges)
    tasks = "classification,clustering,similarity,few-shot,link"
    code, _, err = bench("run", path, "--methods", "raw", "--tasks", tasks, "--out", tmp_path / "out")
    last = err.strip().splitlines()[-1]
    assert code == 2
    assert last.startswith("error: ")
    assert said in last
    assert "Traceback" not in err
    assert [each["task"] for each in results(tmp_path / "out")] == done


def test_nodes_without_a_label_count_in_no_score(bench, tmp_path):
    """Raw features score as if there were no other nodes."""
    labels = torch.where(torch.arange(40) % 3 == 0, -1, TWO)
    path = own_graph(tmp_path / "mine.safetensors", labels=labels)
    rows, few = load_file(path)["x"][labels >= 0], labels[labels >= 0]
    arguments = ("--methods", "raw,supervised", "--epochs", 2, "--out", tmp_path / "out")
    bench("run", path, *arguments, "--tasks", "classification,clustering,similarity,few-shot")
    found = {(each["method"], each["task"]): each for each in results(tmp_path / "out")}
    for method in ("raw", "supervised"):
        scored = found[method, "classification"]
        assert scored["split_sizes"] == [4, 2, 20]
        assert all(round(score, 9) % 5 == 0 for run in scored["runs"] for score in run["test"])
    assert 0 < found["raw", "clustering"]["metrics"]["accuracy"]["mean"] <= 1
    for task, evaluator in (("similarity", similarity_search), ("few-shot", few_shot)):
        expected = evaluator(rows, few)
        for metric in expected.scores:
            mean = found["raw", task]["metrics"][metric]["mean"]
            assert mean == pytest.approx(expected.mean(metric), abs=1e-6)
    np.save(tmp_path / "mine.npy", load_file(path)["x"].numpy())
    code, out, err = bench("evaluate", tmp_path / "mine.npy", "--dataset", path, "--json")
    assert code == 0, err
    expected = logistic_regression(rows, few, random_splits(26)).scores
    assert json.loads(out)["converged_test_mean"] == pytest.approx(expected.test_mean)


def test_few_labels_serve_what_needs_none(bench, refused, tmp_path, caplog):
    path = own_graph(tmp_path / "mine.safetensors", labels=torch.where(torch.arange(40) < 31, -1, TWO))
    code, _, err = bench("embed", path, *QUICK, "-o", tmp_path / "vectors.csv")
    assert code == 0, err
    assert "31 of 40 nodes have no label (-1, or an empty cell); splits need 10 that have one" in caplog.text
    line = refused(bench("run", path, "--methods", "raw", "--out", tmp_path / "out"))
    assert line.endswith(
        "mine has labels on 9 of 40 nodes, the other 31 have -1 or an empty cell: "
        "classification needs at least 10"
    )
    same = own_graph(tmp_path / "same.safetensors", labels=torch.where(torch.arange(40) % 2 == 0, -1, TWO))
    line = refused(bench("run", same, "--methods", "raw", "--out", tmp_path / "out"))
    assert line.endswith("same has one class only: classification needs at least 2")


def test_two_graphs_of_one_name_are_two_graphs(bench, tmp_path):
    paths = [
        own_graph(tmp_path / folder / "mine.safetensors", seed=seed, labels=TWO)
        for seed, folder in enumerate("ab")
    ]
    out = tmp_path / "out"
    for path in (*paths, paths[0]):
        code, _, err = bench("run", path, *QUICK, "--tasks", "similarity", "--out", out)
        assert code == 0, err
    assert "not done again" in err
    assert len(results(out)) == len(list((out / "embeddings").iterdir())) == 2
    code, table, _ = bench("compare", out, "--task", "similarity", "--format", "csv")
    assert code == 0
    columns = [row["dataset"] for row in csv.DictReader(io.StringIO(table))]
    digests = [each["fingerprint"]["digest"][:6] for each in results(out)]
    assert columns == [f"mine [{digest}]" for digest in digests]


def test_a_graph_of_ones_own_is_never_taken_for_a_known_one(bench, tmp_path, monkeypatch):
    path = own_graph(tmp_path / "own" / "cora.safetensors", labels=TWO)
    code, out, err = bench("run", path, *QUICK, "--out", tmp_path, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert (result["dataset"], result["paper_mean"]) == ("own-cora", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "karate").write_text("a file that has a dataset's name")
    assert (chosen_datasets(["Karate"]), dataset_key("karate")) == (["karate"], "karate")


def test_own_embeddings_of_an_own_graph_are_evaluated(bench, refused, tmp_path):
    labelled = own_graph(tmp_path / "labelled.safetensors", labels=TWO)
    bare = own_graph(tmp_path / "bare.safetensors")
    np.save(tmp_path / "mine.npy", np.eye(40))
    code, out, err = bench("evaluate", tmp_path / "mine.npy", "--dataset", labelled, "--json")
    assert code == 0, err
    assert json.loads(out)["dataset"] == "labelled"
    line = refused(bench("evaluate", tmp_path / "mine.npy", "--dataset", bare))
    assert "bare has no labels: classification needs them" in line
