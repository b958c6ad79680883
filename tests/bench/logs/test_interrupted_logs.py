"""Logs of seeds that were interrupted, and of seeds that are not trained again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from test_seed_logs import as_curve, curve, rows

from rgrl.bench.logs.tensorboard_log import TensorBoardLog, events_are_whole
from rgrl.bench.plain_progress import PlainProgress

RUN = ("run", "karate", "--epochs", 20, "--set", "layers=[8, 4]", "--set", "patience=100")
UPDATES = [0, 1, 6, 11, 16, 20]

#: Each evaluation takes its time, so that there is one to interrupt; Ctrl-C is heeded in the background too.
SLOW = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from rgrl.bench.plain_progress import PlainProgress
PlainProgress.update = lambda progress, moment: time.sleep(0.5)
from rgrl.bench.cli import main
main()
"""


def only_log(folder: Path, ending: str = ".csv") -> Path:
    (path,) = (path for path in (folder / "logs").iterdir() if path.suffix == ending)
    return path


def interrupted(folder: Path, kinds: str) -> Path:
    """Start a run, and stop it by Ctrl-C when its log has the third update; give the log."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, RUN), "--out", str(folder), "--log", kinds],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not list(folder.glob("logs/*.csv")) or len(only_log(folder).read_text().splitlines()) < 4:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130, said
    return only_log(folder)


def test_the_log_of_an_interrupted_seed_is_replaced_whole_when_it_is_trained_again(bench, tmp_path):
    pytest.importorskip("tensorboard")
    first, again, unasked = (tmp_path / name for name in ("first", "again", "unasked"))
    cut = interrupted(first, "csv,tensorboard").read_text()
    assert [line.split(",")[0] for line in cut.splitlines()][:4] == ["update", "0", "1", "6"]
    assert len(cut.splitlines()) < 1 + len(UPDATES)
    assert list((first / "seeds").glob("*.json")) == []
    for folder, options in ((again, ("--log", "csv,tensorboard")), (unasked, ())):
        shutil.copytree(first, folder)
        code, _, err = bench(*RUN, "--out", folder, *options)
        assert code == 0, err
        log = only_log(folder)
        assert as_curve(rows(log)) == curve(folder, 0)
        assert as_curve(rows(log))["update"] == UPDATES
        assert log.read_text().startswith(cut)
        assert events_are_whole(only_log(folder, ""), logged(folder))
        assert err.count("written from its record") == (0 if options else 2)


def logged(folder: Path) -> list:
    found = curve(folder, 0)
    return [
        (
            update,
            {
                name: found[name][place]
                for name in found
                if name != "update" and found[name][place] is not None
            },
        )
        for place, update in enumerate(found["update"])
    ]


@pytest.mark.parametrize("left", ["", "upd", "update,loss,val_mean,test_mean\n0,,61", ...])
def test_a_log_that_was_cut_short_before_is_written_from_the_record(bench, tmp_path, left):
    assert bench(*RUN, "--out", tmp_path, "--log", "csv")[0] == 0
    log = only_log(tmp_path)
    whole = log.read_text()
    log.write_text(whole.rpartition("20,")[0] if left is ... else left)
    tasks = ("--tasks", "classification,clustering")
    code, _, err = bench(*RUN, *tasks, "--out", tmp_path, "--log", "csv")
    assert code == 0, err
    assert log.read_text() == whole
    assert err.count(f"rgrl on karate: seed 0: {log} written from its record") == 1
    assert [path.name for path in log.parent.iterdir()] == [log.name]


def test_events_that_were_cut_short_before_are_written_from_the_record(bench, tmp_path):
    pytest.importorskip("tensorboard")
    assert bench(*RUN, "--out", tmp_path, "--log", "tensorboard")[0] == 0
    folder = only_log(tmp_path, "")
    assert events_are_whole(folder, logged(tmp_path))
    short = TensorBoardLog(folder)
    for update, values in logged(tmp_path)[:3]:
        short.write(update, values)
    short.close(whole=False)
    assert not events_are_whole(folder, logged(tmp_path))
    code, _, err = bench(*RUN, "--out", tmp_path, "--log", "tensorboard")
    assert code == 0 and "written from its record" in err
    assert events_are_whole(folder, logged(tmp_path))
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "written" not in bench(*RUN, "--out", tmp_path, "--log", "tensorboard")[2]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole


def test_a_seed_that_is_not_trained_again_says_that_it_has_no_log(bench, tmp_path):
    both = ("run", "karate", "--methods", "rgrl,raw", "--epochs", 6, "--set", "layers=[8, 4]")
    assert bench(*both, "--out", tmp_path)[0] == 0
    for record in (tmp_path / "seeds").glob("*-rgrl-*.json"):
        record.unlink()
    err = bench(*both, "--out", tmp_path, "--log", "csv")[2]
    lacking = "rgrl on karate: seed 0 has no log: its result is stored and its record is not (--again"
    assert err.count(lacking) == 1
    assert err.count("raw on karate: seed 0 has no log, for it has no curve") == 1
    tasks = ("--tasks", "classification,clustering", "--methods", "raw")
    err = bench("run", "karate", *tasks, "--out", tmp_path, "--log", "csv", "--again")[2]
    assert err.count("has no log") == 1, "once, although two tasks share it"
    assert not (tmp_path / "logs").exists()


@pytest.fixture
def wandb(monkeypatch):
    """A stand-in for wandb; its runs."""
    started = []

    class Run:
        def __init__(self, **settings: object) -> None:
            self.ended: int | None = None
            self.logged: list[int] = []
            started.append(self)

        def log(self, values: dict[str, float], step: int) -> None:
            self.logged.append(step)

        def finish(self, exit_code: int = 0) -> None:
            self.ended = exit_code

    fake = ModuleType("wandb")
    fake.init = Run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wandb", fake)
    return started


def test_wandb_is_told_that_a_training_was_stopped_and_has_it_whole_afterwards(
    bench, tmp_path, monkeypatch, wandb
):
    real = PlainProgress.update

    def stopping(progress: PlainProgress, moment: object) -> None:
        if moment.update == 11:  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        real(progress, moment)  # type: ignore[arg-type]

    tasks = ("--tasks", "classification,clustering")
    with monkeypatch.context() as patch:
        patch.setattr(PlainProgress, "update", stopping)
        assert bench(*RUN, *tasks, "--out", tmp_path, "--log", "wandb")[0] == 130
    err = bench(*RUN, *tasks, "--out", tmp_path, "--log", "wandb")[2]
    assert [(run.logged, run.ended) for run in wandb] == [([0, 1, 6], 1), (UPDATES, 0)]
    assert "not sent" not in err
    err = bench(*RUN, *tasks, "--out", tmp_path, "--log", "wandb")[2]
    assert len(wandb) == 2
    told = "rgrl on karate: seed 0 was trained before: not sent to W&B (--again trains it anew)"
    assert err.count(told) == 1


def test_wandb_that_cannot_send_ends_with_one_line(bench, refused, tmp_path, wandb):
    def no_key(**settings: object) -> None:
        raise RuntimeError("api_key not configured\n  (no-tty)")

    sys.modules["wandb"].init = no_key  # type: ignore[attr-defined]
    line = refused(bench(*RUN, "--out", tmp_path, "--log", "wandb"))
    assert "cannot be sent to W&B: api_key not configured (no-tty) (WANDB_MODE=offline" in line


def test_what_stops_a_training_is_what_ends_it_whatever_its_log_says(bench, tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    from torch.utils.tensorboard import SummaryWriter

    def full(writer: SummaryWriter) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(SummaryWriter, "close", full)
    code, _, err = bench(*RUN, "--out", tmp_path, "--log", "tensorboard")
    assert code == 2
    assert err.splitlines()[-1].endswith("cannot be written: No space left on device")
    diverging = ("--set", "learning_rate=1e30", "--out", tmp_path)
    code, _, err = bench(*RUN, *diverging, "--log", "tensorboard")
    assert code == 2
    assert "the training of seed 0 diverged at update 1" in err.splitlines()[-1]
