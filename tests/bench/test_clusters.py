"""How many clusters the clustering task looks for, and that another number is another result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from rgrl.bench import embed_seed as module
from rgrl.bench import tasks
from rgrl.bench.report.training import trainings_of


@pytest.fixture
def asked(monkeypatch) -> list[int]:
    """The numbers of clusters that k-means was asked for."""
    found: list[int] = []
    real = tasks.clustering

    def clustering(*arguments, num_clusters, **keywords):
        found.append(num_clusters)
        return real(*arguments, num_clusters=num_clusters, **keywords)

    monkeypatch.setattr(tasks, "clustering", clustering)
    return found


@pytest.fixture
def net(tmp_path: Path) -> Path:
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(40, (2, 120), generator=generator)
    save_file(
        {"x": torch.randn(40, 5, generator=generator), "edge_index": edges}, tmp_path / "net.safetensors"
    )
    return tmp_path / "net.safetensors"


def results(path: Path) -> list[dict]:
    return [json.loads(line) for line in (path / "results.jsonl").read_text().splitlines()]


def test_another_number_is_another_result_of_the_same_training(bench, tmp_path, net, asked, monkeypatch):
    trained = []
    real = module.embed_seed
    monkeypatch.setattr(module, "embed_seed", lambda *a, **k: trained.append(k["seed"]) or real(*a, **k))
    out = tmp_path / "out"
    run = ("run", net, "--tasks", "clustering", "--set", "layers=[8, 4]", "--epochs", 1, "--out", out)
    ten = ("--clusters", 10)  # which is the usual number
    for number, clusters in enumerate(((), ("--clusters", 3), ("--clusters", 4), ("--clusters", 3), ten, ())):
        code, printed, err = bench(*run, *clusters)
        assert code == 0, err
        assert ("not done again" in err) == (number > 2)
        assert ("clustering into 3" in printed) == (clusters == ("--clusters", 3))
    assert (asked, trained) == ([10, 3, 4], [0])
    stored = results(out)
    assert [each["clusters"] for each in stored] == [None, 3, 4]
    assert len({each["config_hash"] for each in stored}) == 1
    code, table, _ = bench("compare", out, "--format", "markdown")
    labels = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()[2:5]]
    assert [label[label.index("layers") :] for label in labels] == [
        "layers=[8, 4])",
        "layers=[8, 4], 3 clusters)",
        "layers=[8, 4], 4 clusters)",
    ]
    (training,) = trainings_of([stored[1], stored[2]])
    assert "clusters" not in training.label


def test_classes_say_how_many_unless_it_is_asked(bench, tmp_path, asked):
    run = ("run", "karate", "--methods", "raw", "--tasks", "clustering", "--out", tmp_path)
    for clusters in ((), ("--clusters", 4), ("--clusters", 2)):
        assert bench(*run, *clusters)[0] == 0
    classes = asked[0]
    assert asked == [classes, *(number for number in (4, 2) if number != classes)]
    assert {"nmi", "accuracy", "modularity"} <= set(results(tmp_path)[-1]["metrics"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--clusters", 1), "--clusters is 1: a whole number of at least 2 is needed"),
        (("--clusters", 41), "--clusters is 41: net has 40 nodes, 2 to 40 are accepted"),
        (
            ("--clusters", 5, "--tasks", "link"),
            "--clusters is 5: --tasks link has no clustering, which looks for",
        ),
    ],
)
def test_numbers_that_nothing_looks_for_are_refused_before_any_training(
    bench, refused, tmp_path, net, monkeypatch, options, said
):
    monkeypatch.setattr(module, "embed_seed", None)
    assert said in refused(bench("run", net, "--tasks", "clustering", *options, "--out", tmp_path / "out"))
