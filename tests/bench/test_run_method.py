from __future__ import annotations

import json

import pytest
import torch
from rgrl.bench.run_dataset import run_dataset

from rgrl.bench.result_folder import ResultFolder
from rgrl.datasets import load_dataset
from rgrl.evaluate import linear_probe, load_embeddings
from rgrl.presets import load_preset


class Silent:
    def note(self, text: str) -> None: ...

    def update(self, moment: object) -> None: ...


def test_the_saved_embedding_gives_the_stored_score_again(tmp_path):
    karate = load_dataset("karate")
    # At this rate the best evaluation is followed by worse ones.
    preset = load_preset("rgrl-karate").replace(
        {"epochs": 26, "learning_rate": 0.1, "norm": "layer", "precision": "fp32"}
    )
    folder = ResultFolder(tmp_path)
    result = run_dataset(karate, preset, seeds=1, folder=folder, observer=Silent())
    assert json.loads((tmp_path / "results.jsonl").read_text()) == json.loads(json.dumps(result))
    (seed,) = result["runs"]
    assert 0 < seed["best_update"] < seed["last_update"], "the test is about neither the first nor the last"
    saved = load_embeddings(folder.embedding("karate", "rgrl", preset.hash, 0))
    assert saved.fingerprint == karate.fingerprint.digest
    assert saved.metadata["update"] == str(seed["best_update"])
    again = linear_probe(saved.values, karate.graph.y, karate.splits)
    assert (list(again.test), list(again.val)) == (seed["test"], seed["val"])
    assert again.test_mean == result["test_mean"] != result["test_last_mean"]


@pytest.mark.parametrize("name", ["karate", "digits"])
def test_raw_features_are_the_datasets_own(tmp_path, name):
    dataset = load_dataset(name)
    preset = load_preset(f"rgrl-{name}").replace({"epochs": 0, "layers": [2]})
    result = run_dataset(dataset, preset, seeds=1, folder=ResultFolder(tmp_path), observer=Silent())
    x = dataset.graph.x
    dense = x if isinstance(x, torch.Tensor) else x.to_dense()
    assert result["raw_mean"] == pytest.approx(linear_probe(dense, dataset.graph.y, dataset.splits).test_mean)
    nothing = linear_probe(torch.zeros_like(dense), dataset.graph.y, dataset.splits)
    assert result["raw_mean"] != pytest.approx(nothing.test_mean)


@pytest.mark.parametrize(("native", "expected"), [(True, "bf16"), (False, "fp32")])
def test_the_precision_is_stored_as_what_it_was(monkeypatch, tmp_path, native, expected):
    monkeypatch.setattr("rgrl.training.precision.has_native_bf16", lambda: native)
    assert load_preset("rgrl-cora").precision == "auto"
    preset = load_preset("rgrl-karate").replace({"epochs": 1, "precision": "auto"})
    folder = ResultFolder(tmp_path)
    result = run_dataset(load_dataset("karate"), preset, seeds=1, folder=folder, observer=Silent())
    assert result["config"]["precision"] == expected
    assert result["config_hash"] == preset.replace({"precision": expected}).hash
    assert folder.embedding("karate", "rgrl", result["config_hash"], 0).exists()
