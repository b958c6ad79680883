from __future__ import annotations

import json

import pytest

from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_method import MethodRun
from rgrl.errors import DataError, OutputError


@pytest.fixture
def stop_at(monkeypatch):
    """Let the run of one seed end with an exception."""

    def arrange(stopped: int, reason: BaseException) -> None:
        real = MethodRun.record

        def record(run, seed, **keywords):
            if seed == stopped:
                raise reason
            return real(run, seed, **keywords)

        monkeypatch.setattr(MethodRun, "record", record)

    return arrange


def test_interruption_keeps_the_finished_seeds(bench, tmp_path, stop_at):
    stop_at(2, KeyboardInterrupt())
    code, _, err = bench("run", "karate", "--epochs", 1, "--seeds", 3, "--out", tmp_path)
    assert code == 130
    assert "2 of 3 seeds stored" in err
    assert err.endswith("\ninterrupted\n")
    (line,) = (tmp_path / "results.jsonl").read_text().splitlines()
    assert (json.loads(line)["seeds"], json.loads(line)["seeds_asked"]) == (2, 3)
    assert len(list((tmp_path / "embeddings").iterdir())) == 2


def test_interruption_in_the_first_seed_stores_nothing_and_says_so_in_one_line(bench, tmp_path, stop_at):
    stop_at(0, KeyboardInterrupt())
    code, out, err = bench("run", "karate", "--out", tmp_path)
    assert (code, out) == (130, "")
    assert err.splitlines()[1:] == ["interrupted"], "the first line is that of the raw features"
    assert (tmp_path / "results.jsonl").read_text() == ""


@pytest.mark.parametrize("reason", [RuntimeError("out of memory"), DataError("bad"), SystemExit(7)])
def test_whatever_stops_a_run_the_finished_seeds_are_stored_and_it_goes_on(bench, tmp_path, stop_at, reason):
    stop_at(1, reason)
    if isinstance(reason, RuntimeError):
        with pytest.raises(RuntimeError, match="out of memory"):
            bench("run", "karate", "--epochs", 1, "--seeds", 2, "--out", tmp_path)
    else:
        code = bench("run", "karate", "--epochs", 1, "--seeds", 2, "--out", tmp_path)[0]
        assert code == (7 if isinstance(reason, SystemExit) else 2)
    result = json.loads((tmp_path / "results.jsonl").read_text())
    assert (result["seeds"], result["seeds_asked"]) == (1, 2)


def test_what_stopped_a_run_is_told_even_when_nothing_can_be_stored(bench, tmp_path, stop_at, monkeypatch):
    def full(*_: object) -> None:
        raise OutputError("results.jsonl cannot be written: No space left on device")

    monkeypatch.setattr(ResultFolder, "append", full)
    stop_at(1, DataError("the reason"))
    code, _, err = bench("run", "karate", "--epochs", 1, "--seeds", 2, "--out", tmp_path)
    assert code == 2
    assert err.splitlines()[-1] == "error: the reason"
    assert "1 of 2 seeds lost: results.jsonl cannot be written" in err


@pytest.mark.parametrize(
    ("setting", "symptom"),
    [
        ("learning_rate=1e30", "embeddings: "),
        ("learning_rate=1e4", "embeddings reach "),
        ("local_weight=1e300", "the loss is "),
    ],
)
def test_a_training_that_diverges_ends_with_one_line(bench, tmp_path, setting, symptom):
    code, out, err = bench("run", "karate", "--set", setting, "--out", tmp_path)
    assert (code, out) == (2, "")
    assert (
        f"error: rgrl on karate: the training of seed 0 diverged at update 1: {symptom}"
        in err.splitlines()[-1]
    )
    assert len(err.splitlines()) == 2


def test_a_dataset_that_fails_keeps_what_was_finished_before_it(bench, tmp_path):
    folder = tmp_path / "data" / "cs" / "raw"
    folder.mkdir(parents=True)
    (folder / "ms_academic_cs.npz").write_bytes(b"altered")
    out = tmp_path / "out"
    code, _, err = bench("run", "karate", "cs", "--epochs", 1, "--out", out, "--root", tmp_path / "data")
    assert code == 2
    assert "Traceback" not in err
    assert "ms_academic_cs.npz" in err.strip().splitlines()[-1]
    assert json.loads((out / "results.jsonl").read_text())["dataset"] == "karate"
