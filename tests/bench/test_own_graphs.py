"""Graphs of the user's own through the command."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rgrl.bench.commands import chosen_datasets, dataset_key

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
