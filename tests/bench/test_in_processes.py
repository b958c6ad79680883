"""Runs in processes: none takes another with it, and all end when they are told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import active_children
from pathlib import Path

import pytest

from rgrl.bench import in_processes as module
from rgrl.bench.in_processes import in_processes, share_of_cores
from rgrl.bench.work import Work
from rgrl.presets import load_preset

ENDLESS = load_preset("rgrl-karate").replace({"epochs": 10**6, "layers": [8, 4], "patience": 10**6})


def test_a_process_that_is_killed_takes_no_other_with_it(tmp_path: Path):
    endless = Work("karate", "rgrl", ENDLESS, out=tmp_path)
    raw = Work("karate", "raw", None, tasks=("multiplex", "similarity"), out=tmp_path)
    outcomes = in_processes([endless, raw], jobs=2)
    work, result = next(outcomes)
    assert (work, result["task"]) == (raw, "similarity"), "what was done is there although a task failed"
    work, reason = next(outcomes)
    assert work == raw
    assert reason.startswith("raw on karate: multiplex: karate has one relation")
    while len(children := active_children()) > 1:  # the other is at its end
        time.sleep(0.05)
    children[0].kill()
    assert list(outcomes) == [(endless, "rgrl on karate: its process ended with signal 9")]


def test_an_interruption_ends_all_and_starts_no_further_one(tmp_path: Path):
    command = ["run", "karate", "--methods", "rgrl,dgi,grace", "--jobs", "2", "--out", str(tmp_path)]
    settings = ["--epochs", "1000000", "--set", "patience=1000000", "--set", "layers=[8, 4]"]
    # A shell's job in the background ignores the interruption, and so would its children.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    process = subprocess.Popen(
        [sys.executable, "-c", heeding + "from rgrl.bench.cli import main; main()", *command, *settings],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    for _ in range(2):
        assert "raw features" in process.stderr.readline()
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130, said
    assert said.endswith("interrupted\n")
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        for _ in range(100):  # multiprocessing's own tracker sees a moment later that it is alone
            os.killpg(process.pid, 0)
            time.sleep(0.1)


def test_a_process_ends_as_if_interrupted_when_its_parent_is_gone(monkeypatch):
    class Gone:
        def join(self) -> None: ...

    monkeypatch.setattr(module, "parent_process", Gone)
    before = signal.signal(signal.SIGTERM, module._interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            threading.Thread(target=module._end_with_parent).start()
            time.sleep(10)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_processes_share_the_cores_that_there_are(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8), raising=False)
    for set_, expected in ((None, 4), ("2", 2), ("6", 4), ("junk", 4)):
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        if set_ is not None:
            monkeypatch.setenv("OMP_NUM_THREADS", set_)
        assert share_of_cores(2) == expected
    assert share_of_cores(100) == 1


def test_the_results_of_one_process_and_of_several_are_the_same(bench, tmp_path):
    scores = []
    for jobs in (1, 2):
        settings = ("--epochs", 2, "--set", "layers=[8, 4]")
        arguments = ("--methods", "raw,dgi", *settings, "--jobs", jobs, "--out", tmp_path / str(jobs))
        code, out, err = bench("run", "karate", *arguments, "--json")
        assert code == 0, err
        results = [json.loads(line) for line in out.splitlines()]
        scores.append({each["method"]: each["test_mean"] for each in results})
    assert scores[0] == scores[1]
