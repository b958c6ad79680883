"""The supervised GCN in the bench."""

from __future__ import annotations

import dataclasses

import pytest
from method_runs import Silent, method_run

from rgrl.bench import run_method as module
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.bench.run_method import MethodRun
from rgrl.datasets import Dataset, load_dataset
from rgrl.errors import ConfigError
from rgrl.methods.gcn_classifier import GCNClassifier
from rgrl.presets import load_preset


@pytest.fixture(scope="module")
def karate() -> Dataset:
    return load_dataset("karate")


@pytest.mark.parametrize("task", ["clustering", "link"])
def test_the_supervised_gcn_is_not_trained_for_what_needs_an_embedding(tmp_path, karate, monkeypatch, task):
    monkeypatch.setattr(module, "supervised_record", lambda *_: pytest.fail("it was trained"))
    run = method_run(karate, tmp_path)
    run = dataclasses.replace(run, key=dataclasses.replace(run.key, method="supervised"))
    with pytest.raises(ConfigError, match="'supervised' gives no embedding"):
        run.link() if task == "link" else run.task(task)


def test_the_supervised_gcn_reports_what_is_known_of_it(tmp_path, karate):
    preset = load_preset("supervised-default").replace({"epochs": 2, "hidden": 5})
    key = RunKey("karate", karate.fingerprint.digest, "supervised", preset)
    run = MethodRun(karate, key, seeds=1, folder=ResultFolder(tmp_path), observer=Silent())
    result = run.classification(lambda: 0.0)
    model = GCNClassifier(34, 2, hidden=5)
    assert result["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    assert result["updates"] == [2]
    assert result["runs"][0]["ended_by"] == "epochs"
