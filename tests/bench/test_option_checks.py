"""Options that would change nothing, or that nothing could take."""

from __future__ import annotations

import json

import pytest
import torch

from rgrl.bench.do_work import run_key
from rgrl.bench.result import schema_of
from rgrl.bench.work import Work
from rgrl.datasets import load_dataset


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (("--set", "alpha=1"), "--set changes nothing: raw has no settings"),
        (
            ("--epochs", 3, "--preset", "rgrl-cora"),
            "--preset and --epochs changes nothing: raw",
        ),
    ],
)
def test_settings_of_a_method_without_any(bench, refused, tmp_path, changes, named):
    said = refused(bench("run", "karate", "--methods", "raw", *changes, "--out", tmp_path / "out"))
    assert named in said
    assert not (tmp_path / "out").exists()


def test_a_setting_of_some_of_the_methods(bench, refused, tmp_path):
    run = ("run", "karate", "--methods", "rgrl,raw,dgi,bgrl,untrained", "--out", tmp_path / "out")
    said = refused(bench(*run, "--set", "num_anchors=16"))
    assert "the preset of dgi has the unknown key 'num_anchors', which is one of rgrl, untrained: " in said
    assert said.endswith("--set changes every method named, so run dgi, bgrl without it")
    assert "did you mean 'num_anchors'?" in refused(bench(*run, "--set", "num_ankers=16"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seeds_that_not_every_draw_takes(bench, refused, tmp_path, seed):
    said = refused(bench("tune", "karate", "--trials", 1, "--seed", seed, "--out", tmp_path / "out"))
    assert f"--seed is {seed}: a whole number from 0 to 4294967295 is needed" in said


def test_a_search_elsewhere_needs_its_folder_before_it_begins(bench, refused, tmp_path, monkeypatch):
    store = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    (tmp_path / "file").touch()
    search = ("tune", "karate", "--trials", 1, "--epochs", 1, "--storage", store)
    said = refused(bench(*search, "--out", tmp_path / "file"))
    assert f"--out {tmp_path / 'file'} cannot be written" in said
    assert not (tmp_path / "shared.sqlite3").exists()
    assert bench(*search, "--out", tmp_path / "new" / "folder")[0] == 0
    assert (tmp_path / "new" / "folder" / "rgrl-karate-tuned.toml").is_file()


def test_links_know_no_public_split():
    karate = load_dataset("karate")
    keys = {
        (task, public): run_key(Work("karate", "raw", None, public_split=public), task, karate)
        for task in ("link", "classification")
        for public in (True, False)
    }
    assert keys["link", True] == keys["link", False]
    assert keys["classification", True] != keys["classification", False]


@pytest.mark.parametrize("method", ["raw", "deepwalk"])
def test_what_runs_on_the_cpu_says_so(bench, tmp_path, monkeypatch, method):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    run = ("run", "karate", "--methods", method, "--tasks", "clustering,link", "--out", tmp_path)
    code, _, err = bench(*run, "--device", "cuda")
    assert code == 0, err
    assert f"{method} on karate: runs on the CPU, the method has no other form" in err
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [result["hardware"]["device"] for result in results] == ["cpu", "cpu"]
    assert [result["schema"] for result in results] == [schema_of("clustering"), schema_of("link")] == [2, 4]
