"""A budget ends what the package's loop does not train."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from rgrl.bench import time_limit
from rgrl.bench.labels import label_of
from rgrl.bench.time_limit import TimeLimit


@pytest.fixture
def seconds(monkeypatch) -> None:
    """A clock that goes on by a second whenever it is looked at."""
    now = iter(range(10**9))
    monkeypatch.setattr(time_limit, "time", SimpleNamespace(perf_counter=lambda: next(now)))


def test_a_limit_is_reached_when_its_minutes_are_over(seconds):
    limit = TimeLimit(0.05)
    assert [limit(done) for done in (1, 2, 3)] == [False, False, True]
    assert (limit.done, limit.is_reached) == (3, True)
    endless = TimeLimit(None)
    assert not any(endless(done) for done in range(1000))


def run(bench, *arguments: object) -> dict:
    code, out, err = bench("run", "karate", *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize("method", ["node2vec", "deepwalk"])
def test_walks_are_learned_from_until_the_budget_ends(bench, tmp_path, seconds, method):
    pytest.importorskip("gensim")
    arguments = (
        "--methods",
        method,
        "--set",
        "dimensions=8",
        "--set",
        "skipgram_epochs=2",
        "--out",
        tmp_path,
    )
    whole = run(bench, *arguments)
    assert (whole["updates"], whole["runs"][0]["ended_by"]) == ([2], "epochs")
    assert whole["untrained_mean"] is None
    ended = run(bench, *arguments, "--budget", 7)
    assert ended["updates"] == [round(419 / 340, 4)], "of 340 walks a pass, one a second"
    assert (ended["budget_minutes"], ended["runs"][0]["ended_by"]) == (7, "budget")
    assert label_of(ended) == f"{method} (dimensions=8, skipgram_epochs=2, 7 min)"
    assert ended["runs"][0]["test"] != whole["runs"][0]["test"]
    longer = run(bench, *arguments, "--budget", 100)
    assert (longer["updates"], longer["runs"][0]["ended_by"]) == ([2], "epochs")
    assert longer["runs"][0]["test"] == whole["runs"][0]["test"]
    assert len(list((tmp_path / "embeddings").iterdir())) == 3


def test_a_budget_that_is_over_at_once_leaves_an_untrained_embedding(bench, tmp_path):
    pytest.importorskip("gensim")
    result = run(
        bench, "--methods", "node2vec", "--budget", 1e-9, "--tasks", "classification", "--out", tmp_path
    )
    assert (result["updates"], result["runs"][0]["ended_by"]) == ([0], "budget")
    assert result["untrained_mean"] == result["test_mean"]


def test_the_supervised_gcn_is_ended_with_as_many_epochs_of_each_split(bench, tmp_path, seconds):
    arguments = ("--methods", "supervised", "--set", "hidden=4", "--epochs", 70, "--out", tmp_path)
    whole = run(bench, *arguments, "--budget", 100)
    assert (whole["updates"], whole["runs"][0]["ended_by"]) == ([70], "epochs")
    ended = run(bench, *arguments, "--budget", 1)
    assert (ended["updates"], ended["runs"][0]["ended_by"]) == ([60], "budget")
    assert (ended["splits"], len(ended["runs"][0]["test"])) == (20, 20)
    until_there = run(bench, *arguments, "--epochs", 60)
    assert until_there["runs"][0]["test"] == ended["runs"][0]["test"]
    impatient = run(bench, *arguments, "--set", "patience=1", "--set", "learning_rate=1")
    assert impatient["updates"][0] < 70
    assert impatient["runs"][0]["ended_by"] == "patience"
