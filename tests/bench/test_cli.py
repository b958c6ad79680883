from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch

from rgrl.datasets import DATASETS, load_dataset
from rgrl.evaluate import load_embeddings

KEYS = {
    *("dataset", "method", "seeds", "test_mean", "test_std_splits", "test_std_seeds", "val_mean"),
    *("test_last_mean", "untrained_mean", "raw_mean", "converged_test_mean", "paper_mean", "seconds"),
    *("peak_memory_bytes", "parameters", "config_hash", "fingerprint", "versions", "command"),
}


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


def test_raw_features_have_no_untrained_encoder(bench, tmp_path):
    run = ("run", "karate", "--methods", "raw", "--out", tmp_path)
    assert "untrained" not in bench(*run)[1]
    result = json.loads((tmp_path / "results.jsonl").read_text())
    assert result["untrained_mean"] is result["runs"][0]["untrained_mean"] is None
    assert result["test_mean"] == result["raw_mean"]
    old = result | {"untrained_mean": result["raw_mean"]}  # as it was stored once
    (tmp_path / "results.jsonl").write_text(json.dumps(old) + "\n")
    assert "untrained" not in bench(*run)[1]


def test_tables_show_versions_and_the_exact_command(bench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = "a [b] " + "c" * 100
    _, out, _ = bench("run", "karate", "--epochs", 0, "--set", "layers=[8, 4]", "--out", place)
    assert f"\ncommand: rgrl-bench run karate --epochs 0 --set 'layers=[8, 4]' --out '{place}'\n" in out
    write(tmp_path / "[e].npy", np.eye(34))
    evaluated = bench("evaluate", "[e].npy", "--dataset", "karate")[1]
    assert "\ncommand: rgrl-bench evaluate '[e].npy' --dataset karate\n" in evaluated
    assert "[e].npy on karate" in evaluated
    for table in (out, evaluated):
        text = " ".join(table.split())
        for package in ("rgrl", "torch", "torch-geometric"):
            assert f"{package} {version(package)}" in text


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


def write(path: Path, values: np.ndarray) -> Path:
    np.save(path, values)
    return path


def test_evaluate_takes_bare_arrays_with_one_note(bench, tmp_path, caplog):
    labels = load_dataset("digits").graph.y.numpy()
    one_hot = write(tmp_path / "labels.npy", np.eye(10, dtype=np.float32)[labels])
    code, out, err = bench("evaluate", one_hot, "--dataset", "digits", "--json")
    assert code == 0, err
    report = json.loads(out)
    assert report["test_mean"] == report["converged_test_mean"] == 100.0
    assert not report["fingerprint_checked"]
    assert (err + caplog.text).count("canonical order") == 1
    noise = write(tmp_path / "noise.npy", np.random.default_rng(0).normal(size=(1797, 16)))
    report = json.loads(bench("evaluate", noise, "--dataset", "digits", "--json")[1])
    largest = 100 * np.bincount(labels).max() / labels.size
    assert abs(report["test_mean"] - largest) < 5


def test_evaluate_knows_our_own_embeddings_and_refuses_another_graphs(bench, refused, tmp_path):
    bench("run", "karate", "--epochs", 1, "--out", tmp_path)
    (path,) = (tmp_path / "embeddings").iterdir()
    result = json.loads((tmp_path / "results.jsonl").read_text())
    report = json.loads(bench("evaluate", path, "--dataset", "karate", "--json")[1])
    assert report["fingerprint_checked"]
    assert report["test_mean"] == pytest.approx(result["test_mean"])
    refused(bench("evaluate", path, "--dataset", "digits"))


def test_list_names_all_sixteen(bench):
    code, out, _ = bench("list")
    assert code == 0
    for name in DATASETS:
        assert name in out
    assert "embedded" in out
    assert len(DATASETS) == 16


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
