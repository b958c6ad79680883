"""The command ``tune``: on validation only, resumable, written as a preset."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tomllib

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from stored_trials import Quiet, stored

from rgrl.bench import tune_command
from rgrl.bench.run_key import RunKey
from rgrl.bench.search_space import search_space, values_of
from rgrl.bench.trial_observer import TrialObserver
from rgrl.bench.tuning import Tuning
from rgrl.bench.tuning_study import TuningStudy
from rgrl.datasets import Dataset, Split, load_dataset
from rgrl.errors import ConfigError, DivergedError
from rgrl.evaluate import ProbeReport
from rgrl.presets import load_preset

optuna = pytest.importorskip("optuna")

SHORT = ("--epochs", 4)


def test_the_first_trial_is_the_preset_and_the_best_is_written_as_one_that_run_takes(bench, tmp_path):
    code, out, err = bench("tune", "karate", "--trials", 3, *SHORT, "--out", tmp_path)
    assert code == 0, err
    trials = stored(tmp_path, "rgrl-karate")
    assert [trial.state.name for trial in trials] == ["COMPLETE"] * 3
    preset = load_preset("rgrl-karate").replace({"epochs": 4})
    assert trials[0].params == values_of(preset, search_space("rgrl", preset, num_nodes=34))
    path = tmp_path / "rgrl-karate-tuned.toml"
    best = max(trials, key=lambda trial: (trial.value, -trial.number))
    assert load_preset(str(path)).epochs == 4
    code, result, err = bench("run", "karate", "--preset", path, "--out", tmp_path, "--json")
    assert code == 0, err
    # The same seed, the same settings: the same training to the last bit.
    assert json.loads(result)["val_mean"] == best.value
    assert f"rgrl-bench run karate --preset {path} --seeds 3" in out
    assert "no test score was looked at" in " ".join(out.split())
    assert not list(tmp_path.glob(".*"))


def test_each_trial_reports_the_schedules_evaluations(bench, tmp_path):
    bench("tune", "karate", "--trials", 1, "--epochs", 7, "--out", tmp_path)
    (trial,) = stored(tmp_path, "rgrl-karate")
    assert sorted(trial.intermediate_values) == [0, 1, 6, 7]
    assert trial.value == max(trial.intermediate_values.values())


def test_what_was_stopped_goes_on_as_if_it_had_not_been(bench, tmp_path, monkeypatch):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert bench("tune", "karate", "--trials", 4, *SHORT, "--out", whole)[0] == 0
    trained, calls = Tuning._trained, []

    def stopped(self, key, observer):
        calls.append(key)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return trained(self, key, observer)

    monkeypatch.setattr(Tuning, "_trained", stopped)
    code, out, err = bench("tune", "karate", "--trials", 4, *SHORT, "--out", parts)
    assert code == 130
    assert "2 completed" in out and "interrupted" in err and "Traceback" not in err
    assert (parts / "rgrl-karate-tuned.toml").exists()
    assert bench("tune", "karate", "--trials", 4, *SHORT, "--out", parts)[0] == 0
    assert len(calls) == 5
    assert bench("tune", "karate", "--trials", 4, *SHORT, "--out", parts)[0] == 0
    assert len(calls) == 5, "all that was asked for was there"
    kept = [t for t in stored(parts, "rgrl-karate") if t.state.name != "FAIL"]
    assert [(t.params, t.value) for t in kept] == [(t.params, t.value) for t in stored(whole, "rgrl-karate")]
    texts = [(each / "rgrl-karate-tuned.toml").read_text().split("\n\n")[1] for each in (whole, parts)]
    assert texts[0] == texts[1]


def test_a_process_that_was_killed_leaves_no_trial_behind(bench, tmp_path):
    killed = (
        "import os, sys\n"
        "from rgrl.bench import cli, tuning\n"
        "tuning.Tuning._trained = lambda *_: os._exit(9)\n"
        "sys.argv[0] = 'rgrl-bench'\n"
        "cli.main()\n"
    )
    arguments = ["tune", "karate", "--epochs", "4", "--out", str(tmp_path)]
    code = subprocess.run(
        [sys.executable, "-c", killed, *arguments, "--trials", "1"], env=os.environ, stderr=subprocess.DEVNULL
    )
    assert code.returncode == 9
    assert [trial.state.name for trial in stored(tmp_path, "rgrl-karate")] == ["RUNNING"]
    assert bench(*arguments, "--trials", 1)[0] == 0
    first, second = stored(tmp_path, "rgrl-karate")
    assert (first.state.name, second.state.name) == ("FAIL", "COMPLETE")
    assert second.params == first.system_attrs["fixed_params"], "the preset comes first all the same"


def test_two_processes_that_begin_at_once_share_the_trials(tmp_path):
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", "from rgrl.bench.cli import main; main()", "tune", "karate", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for arguments in [["--trials", "4", "--epochs", "2", "--out", str(tmp_path)]] * 2
    ]
    for process in begun:
        _, err = process.communicate()
        assert process.returncode == 0, err
    trials = stored(tmp_path, "rgrl-karate")
    assert {trial.state.name for trial in trials} <= {"COMPLETE", "PRUNED"}
    assert len(trials) in (4, 5)
    # Both may have found the study empty, and begun with the preset.
    assert len({str(trial.params) for trial in trials}) >= len(trials) - 1


def test_scrambled_test_labels_change_no_trial(bench, tmp_path, monkeypatch):
    dataset = load_dataset("karate")
    order = np.random.default_rng(0).permutation(34)
    split = Split(train=order[:8], val=order[8:20], test=order[20:], num_nodes=34)
    labels = dataset.labels.clone()
    labels[torch.tensor(split.test)] = 1 - labels[torch.tensor(split.test)]
    found = []
    for name, own in (("true", dataset.labels), ("scrambled", labels)):
        changed = dataclasses.replace(dataset, splits=(split,), labels=own)
        monkeypatch.setattr(tune_command, "load_dataset", lambda *_, changed=changed, **__: changed)
        code, out, _ = bench("tune", "karate", "--trials", 4, "--epochs", 12, "--out", tmp_path / name)
        assert code == 0
        trials = stored(tmp_path / name, "rgrl-karate")
        table = out.split("written to")[0]
        found.append((table, [(t.params, t.value, t.intermediate_values) for t in trials]))
    assert found[0] == found[1]


def test_a_better_test_score_is_not_seen(tmp_path, monkeypatch):
    """Of two probes that differ in the test scores only, the search cannot tell which it was given."""
    dataset = load_dataset("karate")
    best = []
    for sign in (1, -1):
        study, space = _study(tmp_path / f"{sign}", dataset)

        def probe(embedding, sign=sign):
            score = float(embedding.abs().sum())
            return ProbeReport(val=(score,), test=(sign * score,))

        _tuning(dataset, study, space, probe).search(3, Quiet())
        best.append([(trial.number, trial.params, trial.value) for trial in study.best(3)])
    assert best[0] == best[1]


def _study(folder, dataset: Dataset, *, epochs: int = 4) -> tuple[TuningStudy, dict]:
    folder.mkdir(exist_ok=True)
    preset = load_preset("rgrl-karate")
    space = search_space("rgrl", preset, num_nodes=dataset.graph.num_nodes)
    url = f"sqlite:///{folder / 'tune.sqlite3'}"
    return TuningStudy(url, "rgrl-karate", {}, seed=0, epochs=epochs), space


def _tuning(dataset: Dataset, study: TuningStudy, space: dict, probe=None, *, epochs: int = 4) -> Tuning:
    preset = load_preset("rgrl-karate").replace({"epochs": epochs})
    key = RunKey("karate", dataset.fingerprint.digest, "rgrl", preset)
    return Tuning(dataset, key, space, study, probe)


def test_a_trial_below_the_median_is_given_up_early(tmp_path, monkeypatch):
    dataset = load_dataset("karate")
    study, space = _study(tmp_path, dataset, epochs=40)
    tuned, seen = _tuning(dataset, study, space, epochs=40), []

    def trained(self, key, observer: TrialObserver):
        # Five good trials, then a bad one.
        level = 50.0 if len(seen) < 5 else 10.0
        seen.append([])
        for update in (0, 6, 11, 40):
            seen[-1].append(update)
            observer._report(update, level)
        return level, 40

    monkeypatch.setattr(Tuning, "_trained", trained)
    observer = Quiet()
    tuned.search(6, observer)
    assert seen == [[0, 6, 11, 40]] * 5 + [[0, 6, 11]], "after the first quarter of the updates"
    assert study.outcomes == {"completed": 5, "pruned": 1, "diverged": 0}
    assert observer.notes[-1] == "rgrl on karate, trial 5: pruned at update 11"


def test_a_training_that_diverged_is_no_candidate_and_counts(bench, tmp_path, monkeypatch):
    def trained(self, key, observer):
        if key.preset.learning_rate != 0.001:
            raise DivergedError("it diverged")
        return 55.0, 1

    monkeypatch.setattr(Tuning, "_trained", trained)
    code, out, err = bench("tune", "karate", "--trials", 3, "--out", tmp_path)
    assert code == 0 and "1 completed, 0 pruned, 2 diverged" in out and "it diverged" in err
    settings = tomllib.loads((tmp_path / "rgrl-karate-tuned.toml").read_text())
    assert settings["learning_rate"] == 0.001


def test_without_a_completed_trial_there_is_no_preset(bench, tmp_path, monkeypatch, refused):
    def trained(self, key, observer):
        raise DivergedError("it diverged")

    monkeypatch.setattr(Tuning, "_trained", trained)
    line = refused(bench("tune", "karate", "--trials", 2, "--out", tmp_path))
    assert line.startswith("error: none of 2 trials was completed")
    assert not list(tmp_path.glob("*.toml"))


@pytest.mark.parametrize("method", ["bgrl", "grace", "cca-ssg", "dgi", "supervised"])
def test_rivals_are_tuned_by_their_own_settings(bench, tmp_path, method):
    code, out, err = bench(
        "tune", "karate", "--method", method, "--trials", 2, "--epochs", 2, "--out", tmp_path
    )
    assert code == 0, err
    path = tmp_path / f"{method}-karate-tuned.toml"
    assert f"--methods {method}" in out
    result = bench("run", "karate", "--methods", method, "--preset", path, "--out", tmp_path, "--json")[1]
    best = max(trial.value for trial in stored(tmp_path, f"{method}-karate"))
    assert json.loads(result)["val_mean"] == pytest.approx(best, abs=1e-9)


def test_walks_are_tuned_and_deepwalk_keeps_its_p_and_q(bench, tmp_path):
    pytest.importorskip("gensim")
    assert bench("tune", "karate", "--method", "deepwalk", "--trials", 2, "--out", tmp_path)[0] == 0
    trials = stored(tmp_path, "deepwalk-karate")
    assert "window" in trials[1].params and not {"p", "q"} & trials[1].params.keys()
    path = tmp_path / "deepwalk-karate-tuned.toml"
    assert bench("run", "karate", "--methods", "deepwalk", "--preset", path, "--out", tmp_path)[0] == 0


def test_optuna_says_nothing(bench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _, out, err = bench("tune", "karate", "--trials", 2, *SHORT, "--out", "here")
    assert all(line.startswith("rgrl on karate, trial ") for line in err.splitlines()), err
    assert "study" not in out + err


def test_what_cannot_be_tuned_is_refused_in_one_line(bench, refused, tmp_path):
    for arguments, told in (
        (("karate", "--trials", 0), "--trials is 0: a whole number of at least 1 is needed"),
        (("karate", "--trials", 1, "--epochs", 0), "--epochs is 0: a whole number of at least 1 is needed"),
        (("karate", "--trials", 1, "--seed", -1), "--seed is -1"),
        (("karat", "--trials", 1), "karat"),
        (("all", "--trials", 1), "the dataset is 'all': settings are tuned on one dataset"),
        (("karate", "--trials", 1, "--method", "grase"), "method 'grase' is unknown; did you mean 'grace'?"),
        (("karate", "--trials", 1, "--method", "raw"), "the method 'raw' has nothing to tune"),
        (("karate", "--trials", 1, "--method", "untrained"), "the method 'untrained' has nothing to tune"),
        (("karate", "--trials", 1, "--preset", "bgrl-cs"), "the preset bgrl-cs is bgrl's"),
        (("karate", "--trials", 1, "--public-split"), "karate has no public split"),
        (("karate", "--trials", 1, "--device", "tpu"), "--device is 'tpu'"),
        (("karate",), "trials"),
    ):
        line = refused(bench("tune", *arguments, "--out", tmp_path))
        assert told in line, line
    assert not list(tmp_path.glob("*.sqlite3"))


def test_a_graph_without_labels_or_with_too_few_nodes_is_refused(bench, refused, tmp_path):
    ring = np.arange(12)
    edges = np.stack([ring, np.roll(ring, 1)])
    for name, nodes, told in (("bare", 12, "bare has no labels"), ("small", 9, "needs at least 10")):
        tensors = {
            "x": torch.eye(nodes),
            "edge_index": torch.tensor(edges[:, (edges < nodes).all(0)]).contiguous(),
        }
        if name == "small":
            tensors["y"] = torch.arange(nodes) % 2
        save_file(tensors, tmp_path / f"{name}.safetensors")
        graph = tmp_path / f"{name}.safetensors"
        assert told in refused(bench("tune", graph, "--trials", 1, "--out", tmp_path))


def test_a_storage_that_cannot_be_used_is_refused_and_no_password_is_shown(bench, refused, tmp_path):
    def line(url: str) -> str:
        return refused(bench("tune", "karate", "--trials", 1, "--storage", url, "--out", tmp_path))

    assert "--storage is 'somewhere': a URL such as sqlite:///" in line("somewhere")
    assert "--storage is 'sqlite://...': a URL such as" in line("sqlite://user:secret@host:port/x")
    assert "unable to open database file" in line(f"sqlite:///{tmp_path}/no/where.sqlite3")
    assert "cannot be used" in line("nobase://host/x")
    told = line("postgresql+nodriver://me:secret@localhost:1/x")
    assert "secret" not in told and "cannot be used" in told
    assert "cannot be used" in line("redis://localhost:1")
    assert "a path without '?' is needed" in refused(
        bench("tune", "karate", "--trials", 1, "--out", tmp_path / "a?b")
    )
    (tmp_path / "text.sqlite3").write_text("no database " * 99)
    assert "file is not a database" in line(f"sqlite:///{tmp_path}/text.sqlite3")


def test_an_out_that_is_no_folder_is_refused(bench, refused, tmp_path):
    (tmp_path / "file").touch()
    assert "--out" in refused(bench("tune", "karate", "--trials", 1, "--out", tmp_path / "file"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--epochs", 5), "preset epochs: 4, not 5"),
        ((*SHORT, "--seed", 1), "seed: 0, not 1"),
        ((*SHORT, "--preset", "rgrl-cora"), "preset layers"),
    ],
)
def test_trials_of_another_search_are_refused(bench, refused, tmp_path, arguments, told):
    assert bench("tune", "karate", "--trials", 1, *SHORT, "--out", tmp_path)[0] == 0
    line = refused(bench("tune", "karate", "--trials", 2, *arguments, "--out", tmp_path))
    assert "the study rgrl-karate in sqlite:///" in line and told in line
    assert "another --storage or --out is needed" in line
    assert len(stored(tmp_path, "rgrl-karate")) == 1


def test_trials_of_another_graph_method_or_space_are_refused_too(tmp_path):
    url = f"sqlite:///{tmp_path / 'tune.sqlite3'}"
    identity = {"dataset": "mine", "fingerprint": "a", "method": "rgrl", "bounds": {"momentum": [0.9, 1]}}
    TuningStudy(url, "rgrl-mine", identity, seed=0, epochs=1)
    TuningStudy(url, "rgrl-mine", identity, seed=0, epochs=1)
    for change in (
        {"fingerprint": "b"},
        {"dataset": "b"},
        {"method": "dgi"},
        {"bounds": {"momentum": [0, 1]}},
    ):
        with pytest.raises(ConfigError, match=f"is another search .*{next(iter(change))}"):
            TuningStudy(url, "rgrl-mine", {**identity, **change}, seed=0, epochs=1)


def test_a_study_of_someone_else_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'tune.sqlite3'}"
    optuna.create_study(storage=url, study_name="rgrl-karate").add_trial(optuna.create_trial(value=1.0))
    with pytest.raises(ConfigError, match="is not of rgrl-bench tune"):
        TuningStudy(url, "rgrl-karate", {}, seed=0, epochs=1)


def test_without_optuna_one_line_says_what_to_install(bench, refused, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.setattr(tune_command, "load_dataset", None)  # said before anything is fetched
    line = refused(bench("tune", "karate", "--trials", 1, "--out", tmp_path))
    assert line == "error: tune needs Optuna: pip install 'rgrl[tune]'"


def test_a_storage_that_fails_midway_ends_in_one_line(bench, refused, tmp_path, monkeypatch):
    def trained(self, key, observer):
        raise optuna.exceptions.StorageInternalError("the server has gone away")

    monkeypatch.setattr(Tuning, "_trained", trained)
    line = refused(bench("tune", "karate", "--trials", 1, "--out", tmp_path))
    assert "cannot be used: the server has gone away" in line
