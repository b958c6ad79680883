"""``rgrl-bench run --log``: what was trained can be followed, and nothing else changes."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

QUICK = ("--epochs", 12, "--set", "layers=[8, 4]", "--json")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def curve(path: Path, seed: int) -> dict[str, list]:
    lines = (path / "results.jsonl").read_text().splitlines()
    return json.loads(lines[-1])["runs"][seed]["curve"]


def as_curve(found: list[dict[str, str]]) -> dict[str, list]:
    return {name: [float(row[name]) if row[name] else None for row in found] for name in found[0]}


def test_each_seed_has_its_curve_and_results_stay_the_same(bench, tmp_path):
    plain, out = tmp_path / "plain", tmp_path / "logged"
    assert bench("run", "karate", "--seeds", 2, *QUICK, "--out", plain)[0] == 0
    code, _, err = bench("run", "karate", "--seeds", 2, *QUICK, "--out", out, "--log", "csv")
    assert code == 0, err
    assert not (plain / "logs").exists()
    for seed, path in enumerate(sorted((out / "logs").iterdir())):
        assert path.name.startswith("karate-rgrl-")
        assert path.name.endswith(f"-seed{seed}.csv")
        assert as_curve(rows(path)) == curve(out, seed) == curve(plain, seed)
        assert [row["update"] for row in rows(path)] == ["0", "1", "6", "11", "12"]


def test_a_seed_that_was_trained_before_is_logged_from_its_record(bench, tmp_path):
    assert bench("run", "karate", *QUICK, "--out", tmp_path)[0] == 0
    tasks = ("--tasks", "classification,clustering,link")
    assert bench("run", "karate", *QUICK, *tasks, "--out", tmp_path, "--log", "csv")[0] == 0
    link, full = sorted((tmp_path / "logs").iterdir(), key=lambda path: "link" not in path.name)
    first = json.loads((tmp_path / "results.jsonl").read_text().splitlines()[0])
    assert as_curve(rows(full)) == first["runs"][0]["curve"]
    assert {row["test_mean"] for row in rows(link)} == {""}
    assert all(row["val_mean"] for row in rows(link))
    full.write_text("kept")
    assert bench("run", "karate", *QUICK, "--out", tmp_path, "--log", "csv")[0] == 0
    assert full.read_text() == "kept"
    assert bench("run", "karate", *QUICK, "--out", tmp_path, "--log", "csv", "--again")[0] == 0
    assert len(rows(full)) == 5


def test_what_has_no_curve_has_no_log(bench, tmp_path):
    arguments = ("run", "karate", "--methods", "raw,supervised", "--epochs", 2, "--json", "--out", tmp_path)
    for _ in range(2):
        assert bench(*arguments, "--log", "csv,tensorboard")[0] == 0
    assert not (tmp_path / "logs").exists()


def test_logs_are_written_in_processes_too(bench, tmp_path):
    code, _, err = bench(
        "run", "karate", "--methods", "rgrl,grace", "--jobs", 2, *QUICK[:2], "--out", tmp_path, "--log", "csv"
    )
    assert code == 0, err
    assert [len(rows(path)) for path in (tmp_path / "logs").iterdir()] == [5, 5]


def test_tensorboard_reads_the_curve(bench, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for _ in range(2):  # trained anew, its events take the place of the old ones
        arguments = (
            "run",
            "karate",
            *QUICK,
            "--out",
            tmp_path,
            "--log",
            "csv",
            "--log",
            "tensorboard",
            "--again",
        )
        code, _, err = bench(*arguments)
        assert code == 0, err
    (folder,) = (path for path in (tmp_path / "logs").iterdir() if path.is_dir())
    events = EventAccumulator(str(folder)).Reload()
    for name in ("loss", "val_mean", "test_mean"):
        expected = [
            (update, value)
            for update, value in zip(curve(tmp_path, 0)["update"], curve(tmp_path, 0)[name], strict=True)
            if value is not None
        ]
        found = [(event.step, event.value) for event in events.Scalars(name)]
        assert [update for update, _ in found] == [update for update, _ in expected]
        assert [value for _, value in found] == pytest.approx([value for _, value in expected])


def test_wandb_has_a_run_of_each_seed_and_settings(bench, tmp_path, monkeypatch):
    started = []

    class Run:
        def __init__(self, **settings: object) -> None:
            self.settings, self.logged, self.ended = settings, [], False
            started.append(self)

        def log(self, values: dict[str, float], step: int) -> None:
            self.logged.append((step, values))

        def finish(self) -> None:
            self.ended = True

    fake = ModuleType("wandb")
    fake.init = lambda **settings: Run(**settings)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", fake)
    assert bench("run", "karate", "--seeds", 2, *QUICK, "--out", tmp_path, "--log", "wandb")[0] == 0
    assert [run.settings["name"][-5:] for run in started] == ["seed0", "seed1"]
    assert started[0].settings["config"]["epochs"] == 12
    assert started[0].settings["project"] == "rgrl"
    assert [step for step, _ in started[1].logged] == [0, 1, 6, 11, 12]
    assert "loss" not in started[1].logged[0][1]
    assert all(run.ended for run in started)
    assert bench("run", "karate", "--seeds", 2, *QUICK, "--out", tmp_path, "--log", "wandb")[0] == 0
    assert len(started) == 2


def test_what_cannot_be_logged_is_refused_before_anything_is_trained(bench, refused, tmp_path, monkeypatch):
    call = ("run", "karate", "--epochs", 1, "--out", tmp_path / "out")
    accepted = "--log is 'x': accepted are csv, tensorboard, wandb"
    assert accepted in refused(bench(*call, "--log", "csv,x"))
    for name, line in (
        ("tensorboard", "pip install 'rgrl[tensorboard]'"),
        ("wandb", "pip install wandb"),
    ):
        monkeypatch.setitem(sys.modules, name, None)
        assert f"--log {name} needs {name}: {line}" in refused(bench(*call, "--log", name))
    assert not (tmp_path / "out").exists()


def test_a_log_that_cannot_be_written_is_said_in_one_line(bench, tmp_path):
    (tmp_path / "logs").write_text("no folder")
    code, _, err = bench("run", "karate", "--epochs", 1, "--out", tmp_path, "--log", "csv")
    assert code == 2
    assert "the log " in err.strip().splitlines()[-1]
    assert "cannot be written" in err.strip().splitlines()[-1]
