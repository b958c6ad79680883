"""What a dataset cannot serve is said before anything is trained."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from rgrl.bench import embed_seed as module
from rgrl.bench.task_needs import MOST_NEAREST, MOST_SHOTS, require_served
from rgrl.datasets import load_dataset
from rgrl.errors import DataError
from rgrl.evaluate import few_shot, similarity_search


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Forty nodes without a label."""
    generator = torch.Generator().manual_seed(0)
    tensors = {"x": torch.randn(40, 5, generator=generator)}
    save_file(
        tensors | {"edge_index": torch.randint(40, (2, 120), generator=generator)},
        tmp_path / "net.safetensors",
    )
    return tmp_path / "net.safetensors"


@pytest.fixture
def trained(monkeypatch) -> list[str]:
    """The methods whose training began."""
    found: list[str] = []
    real = module.embed_seed
    monkeypatch.setattr(
        module, "embed_seed", lambda key, *a, **k: found.append(key.method) or real(key, *a, **k)
    )
    return found


QUICK = ("--set", "layers=[8, 4]", "--epochs", 2)


@pytest.mark.parametrize("task", ["classification", "similarity", "few-shot", "multiplex"])
def test_nothing_is_trained_for_a_task_that_needs_labels(bench, refused, tmp_path, bare, trained, task):
    said = refused(bench("run", bare, *QUICK, "--tasks", task, "--out", tmp_path / "out"))
    assert (
        "net has one relation" in said if task == "multiplex" else f"net has no labels: {task} needs" in said
    )
    assert trained == []
    refused(bench("run", bare, *QUICK, "--tasks", f"{task},few-shot,similarity", "--out", tmp_path / "out"))
    assert trained == []


def test_what_is_left_out_is_said_first_and_what_was_stored_is_counted(bench, tmp_path, bare, trained):
    tasks = ("--tasks", "clustering,link,similarity")
    code, _, err = bench("run", bare, "--methods", "rgrl,raw", *QUICK, *tasks, "--out", tmp_path / "out")
    lines = err.strip().splitlines()
    assert code == 2
    first = next(at for at, line in enumerate(lines) if "rgrl on " in line)
    assert "left out: similarity: net has no labels: similarity needs them" in lines[first]
    assert lines[-1].startswith("error: 2 of 6 tasks failed, 4 results stored: rgrl on ")
    assert lines[-1].count("similarity: net has no labels") == 2
    assert len((tmp_path / "out" / "results.jsonl").read_text().splitlines()) == 4


def test_a_task_that_is_left_out_forgets_no_seed(bench, tmp_path, bare):
    run = ("run", bare, *QUICK, "--out", tmp_path)
    assert bench(*run, "--tasks", "clustering")[0] == 0
    (record,) = (tmp_path / "seeds").glob("*.json")
    bench(*run, "--tasks", "similarity,few-shot", "--again")
    assert json.loads(record.read_text())["seed"] == 0


def with_labels(counts: list[int]):
    labels = torch.cat([torch.full((count,), number) for number, count in enumerate(counts)])
    karate = load_dataset("karate")
    known = torch.cat([labels, torch.full((34 - len(labels),), -1)])
    return dataclasses.replace(karate, labels=known)


def test_too_few_labels_are_named():
    with pytest.raises(DataError, match="class 1 has 10 nodes: few-shot needs at least 11 of each class"):
        require_served("few-shot", with_labels([12, 10]))
    require_served("few-shot", with_labels([11, 11]))
    with pytest.raises(DataError, match="karate has 10 nodes with a label: similarity needs at least 11"):
        require_served("similarity", with_labels([5, 5]))
    require_served("similarity", with_labels([5, 6]))


def test_the_most_that_is_asked_for_is_what_the_evaluators_ask_for():
    defaults = {f: inspect.signature(f).parameters for f in (few_shot, similarity_search)}
    assert max(defaults[few_shot]["shots"].default) == MOST_SHOTS
    assert max(defaults[similarity_search]["ks"].default) == MOST_NEAREST
