from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from rgrl.bench import cli
from rgrl.datasets import DATASETS, load_dataset
from rgrl.evaluate import load_embeddings

KEYS = {
    *("dataset", "method", "seeds", "test_mean", "test_std_splits", "test_std_seeds", "val_mean"),
    *("test_last_mean", "untrained_mean", "raw_mean", "converged_test_mean", "paper_mean", "seconds"),
    *("peak_memory_bytes", "parameters", "config_hash", "fingerprint", "versions", "command"),
}


@pytest.fixture
def bench(monkeypatch, capsys):
    """Run ``rgrl-bench`` in this process: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rgrl-bench", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def refused(outcome: tuple[int, str, str]) -> str:
    """The one line that a refusal consists of."""
    code, out, err = outcome
    lines = err.strip().splitlines()
    assert code == 2, err
    assert out == ""
    assert lines[-1].startswith("error: ")
    assert "Traceback" not in err
    return lines[-1]


def test_run_stores_and_prints_one_result(bench, tmp_path):
    code, out, err = bench("run", "karate", "--epochs", 7, "--seeds", 2, "--out", tmp_path, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert result.keys() >= KEYS
    assert (result["dataset"], result["method"], result["seeds"], result["paper_mean"]) == (
        "karate",
        "rgrl",
        2,
        None,
    )
    assert [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()] == [result]
    assert [run["curve"]["update"] for run in result["runs"]] == [[0, 1, 6, 7]] * 2
    assert result["test_std_seeds"] == pytest.approx(np.std([r["test_mean"] for r in result["runs"]], ddof=1))
    spreads = [np.std(r["test"], ddof=1) for r in result["runs"]]
    assert result["test_std_splits"] == pytest.approx(np.mean(spreads))
    for run in result["runs"]:
        best = int(np.argmax(run["curve"]["val_mean"]))
        assert run["best_update"] == run["curve"]["update"][best]
        assert run["test_mean"] == run["curve"]["test_mean"][best]
        assert run["untrained_mean"] == run["curve"]["test_mean"][0]
    saved = sorted((tmp_path / "embeddings").iterdir())
    assert len(saved) == 2
    assert load_embeddings(saved[0]).fingerprint == result["fingerprint"]["digest"]


def test_same_seed_gives_the_same_bits(bench, tmp_path):
    contents = []
    for name in ("a", "b"):
        assert bench("run", "karate", "--epochs", 6, "--out", tmp_path / name)[0] == 0
        (path,) = (tmp_path / name / "embeddings").iterdir()
        contents.append(load_embeddings(path).values)
    assert torch.equal(*contents)


def test_table_shows_the_rows_that_a_number_must_stand_beside(bench, tmp_path):
    _, out, _ = bench("run", "karate", "--epochs", 1, "--out", tmp_path, "--set", "norm=layer")
    for row in ("best validation", "last update", "converged probe", "untrained encoder", "raw features"):
        assert row in out


def test_one_seed_has_no_deviation_over_seeds(bench, tmp_path):
    _, out, _ = bench("run", "karate", "--epochs", 0, "--out", tmp_path, "--json")
    result = json.loads(out)
    assert result["test_std_seeds"] is None
    assert result["test_mean"] == result["untrained_mean"] == result["test_last_mean"]


def test_local_anchors_are_kept_in_the_users_cache(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "cache"))
    outcomes = [bench("run", "karate", "--epochs", 2, "--out", tmp_path, "--json") for _ in range(2)]
    assert len(list((tmp_path / "cache" / "anchors").iterdir())) == 1
    first, second = (json.loads(out) for _, out, _ in outcomes)
    assert first["test_mean"] == second["test_mean"]


def test_results_are_added_and_settings_change_the_hash(bench, tmp_path):
    for arguments in ((), ("--set", "local_weight=0.5"), ("--set", "layers=[8, 4]")):
        assert bench("run", "karate", "--epochs", 1, "--out", tmp_path, *arguments)[0] == 0
    results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert len({result["config_hash"] for result in results}) == 3
    assert results[2]["config"]["layers"] == [8, 4]


def test_interruption_keeps_the_finished_seeds(bench, tmp_path, monkeypatch):
    from rgrl.bench import run_dataset

    real = run_dataset.run_seed

    def stop_at_the_third(*arguments, seed, **keywords):
        if seed == 2:
            raise KeyboardInterrupt
        return real(*arguments, seed=seed, **keywords)

    monkeypatch.setattr(run_dataset, "run_seed", stop_at_the_third)
    code, _, err = bench("run", "karate", "--epochs", 1, "--seeds", 3, "--out", tmp_path)
    assert code == 130
    assert "2 of 3 seeds stored" in err
    (line,) = (tmp_path / "results.jsonl").read_text().splitlines()
    assert json.loads(line)["seeds"] == 2
    assert len(list((tmp_path / "embeddings").iterdir())) == 2


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "korra"), "korra"),
        (("run", "karate", "wikics"), "'wikics' is not readable yet"),
        (("run", "karate", "--set", "num_anchor=3"), "did you mean 'num_anchors'"),
        (("run", "karate", "--set", "nonsense"), "key=value is needed"),
        (("run", "karate", "--epochs", -1), "--epochs is -1: a whole number of at least 0"),
        (("run", "karate", "--seeds", 0), "--seeds is 0: a whole number of at least 1"),
        (("run", "karate", "--device", "tpu"), "--device is 'tpu': accepted are cpu, cuda"),
        (("run", "karate", "--device", "cuda:99"), "--device is 'cuda:99'"),
        (("run", "karate", "--preset", "rgrl-korra"), "the preset 'rgrl-korra' is unknown"),
        (("run", "karate", "--preset", "none.toml"), "none.toml cannot be read"),
        (("run", "karate", "--root", "/no/such/folder"), "/no/such/folder"),
        (("evaluate", "none.npy", "--dataset", "karate"), "none.npy"),
        (("evaluate", "none.npy", "--dataset", "korra"), "korra"),
        (("data", "where", "korra"), "korra"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(bench, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert message in refused(bench(*arguments))


def test_an_unwritable_out_is_refused_before_anything_runs(bench, tmp_path):
    (tmp_path / "file").write_text("")
    started = time.monotonic()
    line = refused(bench("run", "karate", "--epochs", 10**6, "--out", tmp_path / "file" / "inside"))
    assert "file/inside cannot be written" in line
    assert time.monotonic() - started < 30


def write(path: Path, values: np.ndarray) -> Path:
    np.save(path, values)
    return path


def test_evaluate_takes_bare_arrays_with_a_note(bench, tmp_path):
    labels = load_dataset("digits").graph.y.numpy()
    one_hot = write(tmp_path / "labels.npy", np.eye(10, dtype=np.float32)[labels])
    code, out, err = bench("evaluate", one_hot, "--dataset", "digits", "--json")
    assert code == 0, err
    report = json.loads(out)
    assert report["test_mean"] == report["converged_test_mean"] == 100.0
    assert not report["fingerprint_checked"]
    assert "canonical order" in err
    noise = write(tmp_path / "noise.npy", np.random.default_rng(0).normal(size=(1797, 16)))
    report = json.loads(bench("evaluate", noise, "--dataset", "digits", "--json")[1])
    largest = 100 * np.bincount(labels).max() / labels.size
    assert abs(report["test_mean"] - largest) < 5


def test_evaluate_knows_our_own_embeddings_and_refuses_another_graphs(bench, tmp_path):
    bench("run", "karate", "--epochs", 1, "--out", tmp_path)
    (path,) = (tmp_path / "embeddings").iterdir()
    result = json.loads((tmp_path / "results.jsonl").read_text())
    report = json.loads(bench("evaluate", path, "--dataset", "karate", "--json")[1])
    assert report["fingerprint_checked"]
    assert report["test_mean"] == pytest.approx(result["test_mean"])
    refused(bench("evaluate", path, "--dataset", "digits"))


@pytest.mark.parametrize("values", [np.ones((33, 2)), np.full((34, 2), np.nan), np.ones(34)])
def test_bad_embeddings_are_refused(bench, tmp_path, values):
    refused(bench("evaluate", write(tmp_path / "bad.npy", values), "--dataset", "karate"))


def test_a_malicious_pickle_as_embeddings_is_refused_and_does_not_run(bench, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "exploded"),))

    torch.save({"embeddings": Bomb()}, tmp_path / "bomb.pt")
    np.save(tmp_path / "bomb.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    for name in ("bomb.pt", "bomb.npy"):
        refused(bench("evaluate", tmp_path / name, "--dataset", "karate"))
    assert not (tmp_path / "exploded").exists()


def test_list_names_all_sixteen(bench):
    code, out, _ = bench("list")
    assert code == 0
    for name in DATASETS:
        assert name in out
    assert "embedded" in out
    assert len(DATASETS) == 16


def test_data_where_and_verify_speak_of_files(bench, tmp_path):
    _, out, _ = bench("data", "where", "cs", "--root", tmp_path)
    assert "ms_academic_cs.npz" in out
    folder = tmp_path / "cs" / "raw"
    folder.mkdir(parents=True)
    (folder / "ms_academic_cs.npz").write_bytes(b"altered")
    assert str(folder) in bench("data", "where", "cs", "--root", tmp_path)[1]
    code, out, err = bench("data", "verify", "cs", "--root", tmp_path)
    assert code == 2
    assert "wrong" in out
    assert "933c745734e78908c7eb77172a673fee0503f30e26e5a99b36814d88534c42e3" in err
    refused(bench("run", "cs", "--root", tmp_path, "--out", tmp_path / "out"))


def test_help_does_not_load_torch():
    code = (
        "import sys; sys.argv = ['rgrl-bench', '--help']\n"
        "from rgrl.bench.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
    )
    check = "assert not {'torch','numpy','torch_geometric','ogb'} & set(sys.modules), sorted(sys.modules)"
    subprocess.run([sys.executable, "-c", code + check], check=True, stdout=subprocess.DEVNULL)


def test_version(bench):
    from rgrl import __version__

    assert bench("--version")[1] == f"rgrl {__version__}\n"
