"""No command writes over what it reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rgrl.datasets import DATASETS
from rgrl.estimator.write_embedding import ENDINGS


@pytest.fixture
def trio(tmp_path, monkeypatch):
    """A file of edges with a table beside it, and another table."""
    monkeypatch.chdir(tmp_path)
    Path("trio.csv").write_text("source,target\nann,bob\nbob,eve\n")
    Path("trio.features.csv").write_text("id,age,height\nann,30,1\nbob,40,2\neve,50,3\n")
    Path("other.csv").write_text("id,age\nann,30\nbob,40\neve,50\n")
    Path("soft.csv").symlink_to("trio.csv")
    os.link("trio.features.csv", "hard.csv")


@pytest.mark.parametrize(
    ("out", "more", "named"),
    [
        ("trio.csv", ("--features", "degree"), "trio.csv"),
        ("./../{folder}/trio.csv", (), "trio.csv"),
        ("soft.csv", (), "(trio.csv)"),
        ("trio.features.csv", (), "trio.features.csv"),
        ("trio.features.csv", ("--features", "identity"), "trio.features.csv"),
        ("hard.csv", (), "(trio.features.csv)"),
        ("other.csv", ("--features", "other.csv"), "other.csv"),
    ],
)
def test_embed_never_writes_over_its_graph_or_table(bench, refused, trio, monkeypatch, out, more, named):
    monkeypatch.setattr("rgrl.bench.embed_command.load_dataset", None)  # refused before anything is read
    before = {path: path.read_bytes() for path in Path().iterdir()}
    out = out.format(folder=Path.cwd().name)
    said = refused(bench("embed", "trio.csv", *more, "--method", "raw", "-o", out))
    assert f"-o {out.removeprefix('./')} is a file that the graph is read from" in said
    assert named in said
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


def test_a_table_that_is_not_used_may_be_written(bench, trio):
    assert bench("embed", "trio.csv", "--method", "raw", "-o", "other.csv")[0] == 0
    assert Path("other.csv").read_text().startswith("node,0,1\nann,30.0,1.0\n")


def test_a_report_is_no_link_to_its_results(bench, refused, tmp_path):
    assert bench("run", "karate", "--methods", "raw", "--out", tmp_path)[0] == 0
    os.link(tmp_path / "results.jsonl", tmp_path / "page.html")
    said = refused(bench("report", tmp_path, "-o", tmp_path / "page.html"))
    assert "page.html is a file of results" in said


def test_a_search_never_writes_over_the_preset_that_it_starts_from(bench, refused, tmp_path):
    start = tmp_path / "rgrl-karate-tuned.toml"
    start.write_text("epochs = 1\n")
    said = refused(bench("tune", "karate", "--trials", 1, "--preset", start, "--out", tmp_path))
    assert f"--preset {start} is the file that the best settings are written to" in said
    assert start.read_text() == "epochs = 1\n"


def test_raw_files_of_a_dataset_cannot_be_named_as_an_embedding():
    raw = {Path(file.name).suffix for spec in DATASETS.values() for file in spec.files}
    assert not raw & set(ENDINGS)
