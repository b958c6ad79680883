"""The preset's own trial: with the anchors that are used, and never lost."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import tomllib
from dataclasses import replace

import numpy as np
import pytest
import torch
from stored_trials import stored

from rgrl.bench.nodes_at_once import nodes_at_once
from rgrl.bench.search_space import search_space, values_of, with_anchors_of
from rgrl.bench.tuning_study import TuningStudy
from rgrl.bench.worker import is_dead, this_worker
from rgrl.datasets import load_dataset
from rgrl.graph import induced_subgraph
from rgrl.presets import load_preset
from rgrl.presets.preset_text import preset_text

optuna = pytest.importorskip("optuna")

#: Above the largest number of a process.
NO_PROCESS = 1 << 30

#: The command in a process of its own. Its first trial says that it has begun, and lasts until it is
#: interrupted; Ctrl-C is heeded in the background too.
ENDLESS = """
import pathlib, signal, sys, time
from rgrl.bench import cli, tuning
signal.signal(signal.SIGINT, signal.default_int_handler)
def trained(self, key, observer):
    pathlib.Path(sys.argv[sys.argv.index("--out") + 1], "begun").touch()
    time.sleep(300)
tuning.Tuning._trained = trained
sys.argv[0] = "rgrl-bench"
cli.main()
"""


def preset_of_many_anchors(folder):
    path = folder / "many.toml"
    preset = load_preset("rgrl-karate").replace(
        {"num_anchors": 512, "num_local_anchors": 50, "epochs": 4, "norm": "batch"}
    )
    path.write_text(preset_text(preset, []))
    return path


def test_more_anchors_than_nodes_are_searched_and_written_as_the_nodes(bench, tmp_path):
    path = preset_of_many_anchors(tmp_path)
    code, out, err = bench("tune", "karate", "--preset", path, "--trials", 4, "--out", tmp_path)
    assert code == 0, err
    trials = stored(tmp_path, "rgrl-karate")
    assert (trials[0].params["num_anchors"], trials[0].params["num_local_anchors"]) == (34, 34)
    for trial in trials:
        assert trial.distributions["num_anchors"].high == 34
        assert trial.distributions["num_local_anchors"].high == 34
    best = max(trials, key=lambda trial: (trial.value, -trial.number))
    written = tomllib.loads((tmp_path / "rgrl-karate-tuned.toml").read_text())
    assert written["num_anchors"] == best.params["num_anchors"] <= 34
    (line,) = (line for line in out.splitlines() if line.strip("│ ").startswith("0 ") and "none" in line)
    assert "num_anchors" not in line


def test_a_preset_of_more_anchors_than_nodes_trains_to_the_same_scores(bench, tmp_path):
    path = preset_of_many_anchors(tmp_path)
    bench("tune", "karate", "--preset", path, "--trials", 1, "--out", tmp_path)
    result = bench("run", "karate", "--preset", path, "--out", tmp_path, "--json")[1]
    (trial,) = stored(tmp_path, "rgrl-karate")
    assert json.loads(result)["val_mean"] == trial.value


def test_the_number_of_anchors_stays_where_there_are_nodes_enough():
    preset = load_preset("rgrl-cora")
    assert with_anchors_of(preset, 2708) == preset
    assert with_anchors_of(preset, preset.num_anchors - 1).num_anchors == preset.num_anchors - 1
    walks = load_preset("node2vec-default")
    assert with_anchors_of(walks, 3) == walks


def test_nodes_are_those_that_an_update_sees():
    dataset = load_dataset("karate")
    numbers = torch.tensor([0] * 4 + [1] * 20 + [2] * 10)
    several = replace(dataset, graph_of_node=numbers)
    preset = load_preset("rgrl-karate")
    assert nodes_at_once(several, preset) == 34
    assert nodes_at_once(several, preset.replace({"batch_size": 2})) == 30
    assert nodes_at_once(several, preset.replace({"batch_size": 9})) == 34
    assert nodes_at_once(several, load_preset("supervised-default")) == 34


def test_nodes_of_an_inductive_dataset_are_those_of_training():
    dataset = load_dataset("karate")
    train = torch.from_numpy(np.array(dataset.splits[0].train))
    inductive = replace(dataset, train_graph=induced_subgraph(dataset.graph, train))
    assert nodes_at_once(inductive, load_preset("rgrl-karate")) == train.numel() < 34


@pytest.fixture
def endless(tmp_path):
    """Run the command until its first trial is trained; the process, which nothing but a signal ends."""
    processes = []

    def begin(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        end = time.monotonic() + 60
        while not (tmp_path / "begun").exists():
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.1)
        time.sleep(1)  # until it sleeps
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def interrupt(process):
    """What Ctrl-C does."""
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, "interrupted" in err) == (130, True), err


def the_presets(trials):
    preset = load_preset("rgrl-karate")
    values = values_of(preset, search_space("rgrl", preset, num_nodes=34))
    return [trial for trial in trials if trial.params == values]


def test_an_interrupted_first_trial_is_begun_anew(bench, tmp_path, endless):
    arguments = ["tune", "karate", "--epochs", "4", "--out", str(tmp_path), "--trials", "2"]
    interrupt(endless(*arguments))
    assert bench(*arguments)[0] == 0
    trials = stored(tmp_path, "rgrl-karate")
    assert [trial.state.name for trial in trials] == ["FAIL", "COMPLETE", "COMPLETE"]
    assert the_presets(trials) == trials[:2]


def test_the_preset_is_not_lost_where_others_went_on_meanwhile(bench, tmp_path, endless):
    arguments = ["tune", "karate", "--epochs", "4", "--out", str(tmp_path)]
    process = endless(*arguments, "--trials", "9")
    assert bench(*arguments, "--trials", 2)[0] == 0
    assert len(the_presets(stored(tmp_path, "rgrl-karate"))) == 1, "one is at it: nobody else begins it"
    interrupt(process)
    assert bench(*arguments, "--trials", 4)[0] == 0
    trials = stored(tmp_path, "rgrl-karate")
    assert [trial.state.name for trial in trials] == ["FAIL", *["COMPLETE"] * 4]
    assert the_presets(trials) == [trials[0], trials[3]]


def test_a_process_that_is_killed_before_it_says_its_name_is_known(tmp_path):
    url = f"sqlite:///{tmp_path / 'tune.sqlite3'}"
    study, first = TuningStudy(url, "s", {}, seed=0, epochs=1), {"x": 0.5}
    gone = f"{socket.gethostname()}:{NO_PROCESS}"
    study._study.enqueue_trial(first, {"rgrl_preset": True, "rgrl_worker": gone})
    study._study.ask()
    again = TuningStudy(url, "s", {}, seed=0, epochs=1)
    with again.trial(first) as trial:
        assert trial.suggest_float("x", 0, 1) == 0.5
        again.finish(trial, 1.0, 1)
    with again.trial(first) as trial:
        assert trial.suggest_float("x", 0, 1) != 0.5
        again.finish(trial, 1.0, 1)


def test_a_worker_is_dead_if_its_number_is_this_processs_and_alive_elsewhere():
    assert is_dead(this_worker())
    assert is_dead(f"{socket.gethostname()}:{NO_PROCESS}")
    assert not is_dead(f"{socket.gethostname()}:1")
    assert not is_dead(f"{socket.gethostname()}-other:{NO_PROCESS}")
    assert not is_dead("")
