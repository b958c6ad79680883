"""The command ``embed``."""

from __future__ import annotations

import csv
import json

import networkx as nx
import numpy as np
import pytest
import torch

from rgrl.datasets import load_dataset
from rgrl.evaluate import load_embeddings

QUICK = ("--set", "layers=[8, 4]", "--epochs", 2)


@pytest.fixture
def people(tmp_path):
    """An edge list of names without a table."""
    path = tmp_path / "people.edgelist"
    graph = nx.connected_caveman_graph(3, 5)
    path.write_text("".join(f"p{a} p{b}\n" for a, b in graph.edges))
    return path


def test_every_node_has_its_id_and_a_vector(bench, people, tmp_path):
    code, out, err = bench("embed", people, "--features", "degree", *QUICK, "-o", tmp_path / "vectors.csv")
    assert code == 0, err
    assert out.startswith(f"stored in {tmp_path / 'vectors.csv'}: 15 nodes, 4 dimensions")
    with (tmp_path / "vectors.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["node", "0", "1", "2", "3"]
    assert tuple(row[0] for row in rows) == load_dataset(people, features="degree").node_ids
    assert np.isfinite(np.array([row[1:] for row in rows], dtype=float)).all()


def test_the_same_seed_gives_the_same_file_and_another_seed_another(bench, people, tmp_path):
    files = [tmp_path / name for name in ("a.npy", "b.npy", "c.npy")]
    for file, seed in zip(files, (3, 3, 4), strict=True):
        assert bench("embed", people, "--features", "degree", *QUICK, "--seed", seed, "-o", file)[0] == 0
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()


def test_it_is_the_last_embedding_of_run_which_looks_at_labels(bench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert bench("embed", "karate", "--epochs", 1, "-o", "karate.safetensors")[0] == 0
    assert bench("run", "karate", "--epochs", 1)[0] == 0
    (stored,) = (tmp_path / "results" / "embeddings").iterdir()
    chosen = load_embeddings(stored)
    assert chosen.metadata["update"] in "01"
    if chosen.metadata["update"] == "1":
        assert torch.equal(load_embeddings("karate.safetensors").values, chosen.values)


@pytest.mark.parametrize("method", ["grace", "raw", "deepwalk"])
def test_other_methods(bench, people, tmp_path, method):
    settings = QUICK if method == "grace" else ()
    code, _, err = bench(
        "embed", people, "--features", "identity", "--method", method, *settings, "-o", tmp_path / "v.npy"
    )
    assert code == 0, err
    assert np.load(tmp_path / "v.npy").shape[0] == 15


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "v.txt"), "v.txt has the ending '.txt': accepted are .npy, .safetensors, .parquet, .csv"),
        (("-o", "absent/v.csv"), "absent/v.csv cannot be written: its folder does not exist"),
        (("-o", "v.csv"), "people.edgelist has no features: put people.features.csv"),
        (
            ("-o", "v.csv", "--features", "colour"),
            "features is colour: accepted are 'degree', 'identity'",
        ),
        (("-o", "v.csv", "--features", "degree", "--seed", -1), "--seed is -1: a whole number"),
        (("-o", "v.csv", "--features", "degree", "--epochs", -1), "--epochs is -1: a whole number"),
        (("-o", "v.csv", "--features", "degree", "--method", "supervised"), "gives no embedding"),
        (
            ("-o", "v.csv", "--features", "degree", "--method", "raw", "--epochs", 1),
            "--epochs changes nothing: raw has no settings",
        ),
        (
            ("-o", "v.csv", "--features", "degree", "--method", "raw", "--set", "alpha=1"),
            "--set changes nothing: raw has no settings",
        ),
        (("-o", "v.csv", "--features", "degree", "--method", "dig"), "did you mean 'dgi'?"),
    ],
)
def test_refusals(bench, refused, people, monkeypatch, arguments, said):
    monkeypatch.chdir(people.parent)
    assert said in refused(bench("embed", "people.edgelist", *arguments))
    assert not list(people.parent.glob("v.*"))


def test_a_dataset_has_features_of_its_own(bench, refused, tmp_path):
    said = refused(bench("embed", "karate", "--features", "degree", "-o", tmp_path / "v.csv"))
    assert "--features is degree: karate has its own, only a graph of yours takes others" in said
    said = refused(bench("embed", "all", "-o", tmp_path / "v.csv"))
    assert "the dataset is 'all': nodes are embedded on one dataset" in said


def test_run_keeps_the_ids_and_embeds_links_without_the_held_out_ones(bench, people, tmp_path):
    code, _, err = bench(
        "run", people, "--features", "degree", "--methods", "rgrl,raw", "--tasks", "clustering,link", *QUICK,
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 0, err
    ids = load_dataset(people, features="degree").node_ids
    stored = [load_embeddings(path) for path in (tmp_path / "out" / "embeddings").iterdir()]
    assert len(stored) == 2
    assert all(tuple(json.loads(each.metadata["node_ids"])) == ids for each in stored)


@pytest.mark.parametrize("income", [1.0, 1e4])
def test_vectors_that_are_all_alike_are_warned_of(bench, people, tmp_path, caplog, income):
    names = sorted({name for line in people.read_text().splitlines() for name in line.split()})
    draw = np.random.default_rng(0)
    lines = [f"{name},{draw.normal()},{draw.normal()},{income * (1 + draw.normal() / 5)}" for name in names]
    people.with_name("people.features.csv").write_text("\n".join(["id,a,b,income", *lines]) + "\n")
    code, _, err = bench("embed", people, "--set", "layers=[8, 4]", "--epochs", 60, "-o", tmp_path / "v.npy")
    assert code == 0, err
    assert ("column 2 of the features is" in caplog.text) == (income > 1)
