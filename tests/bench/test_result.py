from __future__ import annotations

import io
import re
from types import SimpleNamespace

import pytest
import torch
from rich.console import Console

from rgrl.bench import published as published_module
from rgrl.bench import seed_record as record_module
from rgrl.bench.published import OVER, PROBE_TITLES, PROBES, SOURCES, Published, published
from rgrl.bench.result import classification_result, split_sizes
from rgrl.bench.run_key import RunKey
from rgrl.bench.seed_record import seed_record
from rgrl.bench.seed_run import Evaluation, SeedRun
from rgrl.bench.tables import result_table
from rgrl.datasets import DATASETS
from rgrl.evaluate import LogisticReport, ProbeReport
from rgrl.presets import RGRLPreset


def seed_run(seed: int, untrained: tuple, best: tuple, last: tuple) -> SeedRun:
    """A run of two splits; each report is given as its two test accuracies, validation lies 1 below."""

    def report(test: tuple[float, ...]) -> ProbeReport:
        return ProbeReport(val=tuple(value - 1 for value in test), test=test)

    curve = (
        Evaluation(0, None, report(untrained)),
        Evaluation(1, 2.5, report(best)),
        Evaluation(6, 1.5, report(last)),
    )
    return SeedRun(
        seed=seed,
        curve=curve,
        best=curve[1],
        embedding=torch.zeros(1, 1),
        last_embedding=torch.ones(1, 1),
        ended_by="epochs",
        parameters=123,
        seconds=5.0 + seed,
    )


@pytest.fixture
def result(monkeypatch) -> dict:
    """Two seeds: best 80 and 84, then 70 and 78; last 60 and 62, then 50 and 56."""
    monkeypatch.setitem(published_module.PUBLISHED, ("rgrl", "made-up"), Published(81.0, 0.5, "notebook"))
    runs = [
        seed_run(0, (30.0, 34.0), (80.0, 84.0), (60.0, 62.0)),
        seed_run(1, (20.0, 24.0), (70.0, 78.0), (50.0, 56.0)),
    ]
    dataset = SimpleNamespace(
        name="made-up",
        splits=tuple(SimpleNamespace(train=[at], sizes=(1, 2, 6 + at)) for at in (0, 1)),
        labels=torch.zeros(1, dtype=torch.int64),
        fingerprint=SimpleNamespace(to_dict=lambda: {"digest": "d"}),
    )
    converged = iter([((90.0, 92.0), 4), ((83.0, 85.0), 1), ((80.0, 88.0), 2), ((73.0, 81.0), 1)])

    def fit(*_: object) -> LogisticReport:
        test, share = next(converged)
        fits = (True,) * share + (False,) * (4 - share)
        return LogisticReport(ProbeReport(val=test, test=test), (1.0, 1.0), fits)

    monkeypatch.setattr(record_module, "logistic_regression", fit)
    return classification_result(
        dataset,
        RunKey("made-up", "d", "rgrl", RGRLPreset(epochs=6)),
        [seed_record(run, dataset) for run in runs],
        raw_mean=42.5,
        seeds_asked=3,
        device="cpu",
        seconds=20.0,
    )


def test_each_number_is_the_mean_that_it_is_called(result):
    assert {key: result[key] for key in EXPECTED} == pytest.approx(EXPECTED)


#: By hand, from the numbers above.
EXPECTED = {
    "seeds": 2,
    "seeds_asked": 3,
    "splits": 2,
    "test_mean": (82 + 74) / 2,
    "test_std_splits": (8**0.5 + 32**0.5) / 2,
    "test_std_seeds": 32**0.5,
    "val_mean": (81 + 73) / 2,
    "test_last_mean": (61 + 53) / 2,
    "untrained_mean": (32 + 22) / 2,
    "raw_mean": 42.5,
    "converged_test_mean": (91 + 84) / 2,
    "converged_last_mean": (84 + 77) / 2,
    "converged_share": (1 + 0.5) / 2,
    "paper_mean": 81.0,
    "paper_std": 0.5,
    "paper_std_over": "splits",
    "paper_gap": -3.0,
    "seconds": 20.0,
    "parameters": 123,
}


def test_the_sizes_of_the_splits_are_there_where_these_differ():
    split = SimpleNamespace(train=[3], sizes=(1, 2, 7))
    other = SimpleNamespace(train=[4], sizes=(1, 3, 8))
    assert split_sizes((split, other)) == [1, 2.5, 7.5]
    assert split_sizes((split,)) is None
    assert split_sizes((split, SimpleNamespace(train=[3], sizes=(1, 2, 7)))) is None


def test_each_seed_has_a_record_of_its_own(result):
    first, second = result["runs"]
    assert first == {
        "seed": 0,
        "best_update": 1,
        "last_update": 6,
        "ended_by": "epochs",
        "parameters": 123,
        "test": [80.0, 84.0],
        "val": [79.0, 83.0],
        "test_mean": 82.0,
        "val_mean": 81.0,
        "test_last_mean": 61.0,
        "untrained_mean": 32.0,
        "converged_test_mean": 91.0,
        "converged_last_mean": 84.0,
        "converged_share": 1.0,
        "seconds": 5.0,
        "curve": {
            "update": [0, 1, 6],
            "loss": [None, 2.5, 1.5],
            "val_mean": [31.0, 81.0, 60.0],
            "test_mean": [32.0, 82.0, 61.0],
        },
    }
    assert (second["seed"], second["test_mean"], second["test_last_mean"]) == (1, 74.0, 53.0)


def test_the_table_says_where_the_published_number_was_read(result):
    def table(source: str) -> str:
        console = Console(file=io.StringIO(), width=200)
        console.print(result_table({**result, "paper_source": source}))
        return console.file.getvalue()

    assert re.search(r"authors' notebook .* 81.00 .*± 0.50 .* ours -3.00", table("notebook"))
    assert re.search(r"paper, as quoted .* 81.00", table("quotation"))
    assert re.search(r"│ paper  .* 81.00", table("paper"))


def test_what_is_known_of_each_published_number():
    rgrl = {name: each for (method, name), each in published_module.PUBLISHED.items() if method == "rgrl"}
    sources = {name: number.source for name, number in rgrl.items()}
    others = {name: source for name, source in sources.items() if source != "paper"}
    notebook = dict.fromkeys(("citeseer", "pubmed", "corafull", "ogbn-arxiv"), "notebook")
    assert others == {"cs": "quotation", **notebook, "reddit": "unexplained", "ppi": "unexplained"}
    assert {number.source for number in published_module.PUBLISHED.values()} == set(SOURCES)
    assert {(number.probe, number.public_split) for number in rgrl.values()} == {("paper", False)}
    assert {each.probe for each in published_module.PUBLISHED.values()} == set(PROBES) == set(PROBE_TITLES)
    assert {each.over for each in published_module.PUBLISHED.values()} == set(OVER)
    assert not {each for _, each in published_module.PUBLISHED if each not in DATASETS}


def test_a_published_deviation_stands_under_splits_only_if_it_is_over_them(result):
    def row(over: str | None) -> str:
        console = Console(file=io.StringIO(), width=200)
        console.print(result_table({**result, "paper_std_over": over}))
        return next(line for line in console.file.getvalue().splitlines() if "notebook" in line)

    assert re.search(r"81\.00 │ +± 0\.50 │ ours -3\.00 ", row("splits"))
    assert re.search(r"81\.00 │ +│ ± 0\.50 over classifiers on one split; ours -3\.00 ", row("classifiers"))
    assert re.search(r"81\.00 │ +│ ours -3\.00 ", row(None)), "a result of before it was kept"


@pytest.mark.parametrize(("probe", "gap"), [("paper", 78.0), ("last", 57.0), ("converged", 80.5)])
def test_the_gap_is_that_of_the_probe_that_a_number_stands_for(result, monkeypatch, probe, gap):
    known = Published(1.0, 0.5, probe=probe)
    monkeypatch.setitem(published_module.PUBLISHED, ("rgrl", "made-up"), known)
    dataset = SimpleNamespace(
        name="made-up", splits=(None,), fingerprint=SimpleNamespace(to_dict=lambda: {"digest": "d"})
    )
    monkeypatch.setattr("rgrl.bench.result.split_sizes", lambda _: None)
    found = classification_result(
        dataset,
        RunKey("made-up", "d", "rgrl", RGRLPreset(epochs=6)),
        result["runs"],
        raw_mean=1.0,
        seeds_asked=2,
        device="cpu",
        seconds=1.0,
    )
    assert (found["paper_probe"], found["paper_gap"]) == (probe, gap - 1)


def test_a_published_number_stands_beside_its_own_kind_of_split_only():
    assert published("dgi", "cora", public_split=False) is None
    assert published("dgi", "cora", public_split=True).mean == 82.3
    assert published("rgrl", "cora", public_split=True) is None
    assert published("rgrl", "nothing", public_split=False) is None


def test_the_settings_and_the_graph_are_there(result):
    assert (result["dataset"], result["method"], result["fingerprint"]) == (
        "made-up",
        "rgrl",
        {"digest": "d"},
    )
    assert result["paper_source"] == "notebook"
    assert result["config"] == RGRLPreset(epochs=6).to_dict()
    assert result["config_hash"] == RGRLPreset(epochs=6).hash
