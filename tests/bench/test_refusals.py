from __future__ import annotations

import os
import time

import numpy as np
import pytest
import torch


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "korra"), "korra"),
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
        (("run", "karate", "--epochs", "x"), "--epochs"),
        (("run", "karate", "--no-such-option"), "--no-such-option"),
        (("run",), "Missing argument"),
        (("runn", "karate"), "runn"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(bench, refused, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    outcome = bench(*arguments)
    assert message in refused(outcome)
    assert len(outcome[2].splitlines()) == 1


@pytest.mark.parametrize("arguments", [(), ("data",)])
def test_without_a_command_the_help_is_shown(bench, arguments):
    code, out, err = bench(*arguments)
    assert (code, out) == (2, "")
    assert "Usage: " in err


def test_an_unwritable_out_is_refused_before_anything_runs(bench, refused, tmp_path):
    (tmp_path / "file").write_text("")
    started = time.monotonic()
    line = refused(bench("run", "karate", "--epochs", 10**6, "--out", tmp_path / "file" / "inside"))
    assert "file/inside cannot be written" in line
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("name", ["results.jsonl", "embeddings"])
def test_a_part_of_out_that_cannot_be_written_is_refused_before_anything_runs(bench, refused, tmp_path, name):
    if name == "embeddings":
        (tmp_path / name).write_text("")
    else:
        (tmp_path / name).mkdir()
    out = bench("run", "karate", "--out", tmp_path)
    assert refused(out).startswith(f"error: --out {tmp_path} cannot be written")
    assert len(out[2].splitlines()) == 1
    assert name == "embeddings" or f"{tmp_path / name}: Is a directory" in out[2]


@pytest.mark.parametrize("values", [np.ones((33, 2)), np.full((34, 2), np.nan), np.ones(34)])
def test_bad_embeddings_are_refused(bench, refused, tmp_path, values):
    np.save(tmp_path / "bad.npy", values)
    refused(bench("evaluate", tmp_path / "bad.npy", "--dataset", "karate"))


def test_a_malicious_pickle_as_embeddings_is_refused_and_does_not_run(bench, refused, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "exploded"),))

    torch.save({"embeddings": Bomb()}, tmp_path / "bomb.pt")
    np.save(tmp_path / "bomb.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
    for name in ("bomb.pt", "bomb.npy"):
        refused(bench("evaluate", tmp_path / name, "--dataset", "karate"))
    assert not (tmp_path / "exploded").exists()
