"""The command ``report``, from stored results to a page."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from made_up_results import FAR, GOOD, result, store
from test_html import HOSTILE, Seen

from rgrl.bench import stored_results


def full(method, dataset, scores, **changes):
    run = {
        "seed": 0,
        "best_update": 6,
        "last_update": 11,
        "ended_by": "epochs",
        "seconds": 1.5,
        "test": scores,
        "curve": {"update": [0, 6, 11], "loss": [None, 2.0, 1.0], "val_mean": [1.0, 3.0, 2.0]},
    }
    return {
        **result(method, dataset, scores),
        "command": "rgrl-bench run cora",
        "seconds": 12.0,
        "peak_memory_bytes": 2**20 * 300,
        "hardware": {"device": "cpu", "name": "a processor", "threads": 1},
        "versions": {"rgrl": "0.1.0", "torch": "2.6", "kornia": None},
        "runs": [run],
        **changes,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return store(tmp_path / "results", full("rgrl", "cora", GOOD), full("dgi", "cora", FAR))


def page(bench, *arguments, out: Path) -> str:
    code, _, err = bench("report", *arguments, "-o", out)
    assert code == 0, err
    return out.read_text()


def test_a_page_has_every_part_and_needs_nothing_else(bench, folder, tmp_path):
    text = page(bench, folder, "--title", "My <title>", out=tmp_path / "report.html")
    for part in (
        "<title>My &lt;title&gt;</title>",
        "2 results of 2 methods on 1 dataset",
        "classification: accuracy in %",
        ">Training curves</h2>",
        "seed 0: update 6, validation 3.00",
        "rgrl-bench run cora",
        "a processor",
        "300 MiB",
        "not installed",
        str(result("rgrl", "cora", GOOD)["config_hash"]),
    ):
        assert part in text, part
    assert "Embedding maps" not in text
    assert not re.search(r'(src|href)="(?!#|data:,")', text)
    assert "@import" not in text
    assert "url(" not in text
    assert list(tmp_path.glob("*.tmp")) + list(tmp_path.glob(".*")) == []


def test_real_results_of_graphs_and_images_are_drawn_with_their_maps(bench, tmp_path):
    out, made = tmp_path / "results", tmp_path / "report.html"
    for tasks in ("classification,clustering,link",):
        arguments = ("karate", "--epochs", 2, "--tasks", tasks, "--set", "layers=[8, 4]", "--out", out)
        assert bench("run", *arguments)[0] == 0
    text = page(bench, out, out=made)
    assert text.count("coloured by class") == 2
    assert "trained for links" in text
    assert text.count("<figure") == 4
    text = page(bench, out, "--no-maps", out=made)
    assert text.count("<figure") == 2
    (embedding, _) = sorted((out / "embeddings").iterdir())
    embedding.write_bytes(embedding.read_bytes()[:50])
    assert embedding.name in page(bench, out, "--projection", "pca", out=made).split("<main>")[1][:1000]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_stored_becomes_markup(bench, tmp_path, text):
    plain = full("rgrl", "cora", GOOD)
    hostile = {
        **plain,
        **dict.fromkeys(("dataset", "method", "command", "config_hash"), text),
        **{key: {text: text} for key in ("config", "versions", "hardware")},
        "fingerprint": {"digest": text, text: text},
        "runs": [{**plain["runs"][0], "ended_by": text, "made_with": {text: text}}],
    }
    other = {
        **hostile,
        "task": text,
        "metrics": {text: {"mean": 0.5, "std_repetitions": None, "std_seeds": None}},
    }
    folder = store(tmp_path / "results", hostile, other)
    harmless = store(
        tmp_path / "harmless",
        *(json.loads(json.dumps(each).replace(json.dumps(text), '"x"')) for each in (hostile, other)),
    )
    found, expected = Seen(), Seen()
    found.feed(page(bench, folder, out=tmp_path / "a.html"))
    expected.feed(page(bench, harmless, out=tmp_path / "b.html"))
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in expected.tags]
    assert [sorted(attrs) for _, attrs in found.tags] == [sorted(attrs) for _, attrs in expected.tags]
    (policy,) = (attrs["content"] for _, attrs in found.tags if "http-equiv" in attrs)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_warnings_say_what_a_reader_must_know(bench, tmp_path):
    stopped = full("rgrl", "cora", GOOD, seeds_asked=3)
    cut = full("dgi", "cora", FAR, budget_minutes=5, versions={"rgrl": "0.0.9"}, schema=1)
    cut["runs"][0] |= {"ended_by": "budget", "best_update": 0}
    folder = store(tmp_path / "results", stopped, cut)
    with (folder / "results.jsonl").open("a") as file:
        file.write('{"method": "x"}\n{"schema"')
    text = page(bench, folder, out=tmp_path / "report.html").split("<main>")[1].split("</ul>")[0]
    for warning in (
        "2 lines are no results, the first is line 3",
        "rgrl on cora, classification: stopped after 1 of 3 seeds",
        "dgi (5 min) on cora: its budget ended the training of seed 0, after 11 updates",
        "dgi (5 min) on cora: no update was better than the untrained encoder for seed 0",
        "1 of 2 results were made under other rules (another schema)",
        "several versions of rgrl (0.1.0, 0.0.9)",
    ):
        assert warning in text, warning


@pytest.mark.parametrize(
    "change",
    [
        {"runs": 3},
        {"runs": [1]},
        {"fingerprint": []},
        {"test_mean": "x"},
        {"task": "link"},
        {"task": "link", "metrics": {"auc": {"mean": None}}},
        {"budget_minutes": "x"},
        {"seeds_asked": None},
        {"paper_probe": "x"},
        {"split_sizes": [1]},
        {"runs": [{"test": [1.0]}, {"test": [1.0, 2.0]}]},
        {"runs": [{"test": ["x"]}]},
        {"converged_test_mean": 1.0},
        {"dataset": None},
        {"config": None},
    ],
)
def test_a_result_that_is_damaged_in_part_is_passed_over(bench, folder, tmp_path, change):
    with (folder / "results.jsonl").open("a") as file:
        file.write(json.dumps({**full("grace", "cora", FAR), **change}) + "\n")
        file.write(json.dumps({**full("bgrl", "cora", FAR), "test_mean": float("nan")}) + "\n")
    text = page(bench, folder, out=tmp_path / "report.html")
    assert "2 lines are no results" in text
    assert "2 results of 2 methods" in text


def test_odd_values_of_what_is_only_shown_do_no_harm(bench, tmp_path):
    odd = full(
        "rgrl", "cora", GOOD, seconds="long", peak_memory_bytes=None, parameters=1.5, hardware=[], versions=3
    )
    odd["runs"] = [{"test": GOOD, "seed": "a", "curve": 3}, {"test": GOOD, "made_with": 1}]
    assert "long" in page(bench, store(tmp_path / "r", odd), out=tmp_path / "report.html")


def test_whatever_is_damaged_is_shown_or_passed_over(bench, tmp_path):
    images = full("rgrl", "cora", GOOD, task="image-classification")
    images["fingerprint"] = {"digest": "d", "train_images": 5}
    metrics = {"knn@20": {"mean": 0.5, "std_repetitions": None, "std_seeds": 0.1}}
    damaged = []
    for whole in (
        full("rgrl", "cora", GOOD, paper_probe="paper", split_sizes=[1, 1, 8]),
        images | {"metrics": metrics},
    ):
        inner = [("runs", 0, key) for key in whole["runs"][0]]
        inner += [("runs", 0, "curve", key) for key in whole["runs"][0]["curve"]]
        inner += [(key, name) for key in ("config", "hardware", "fingerprint") for name in whole[key]]
        for path in [(key,) for key in whole] + inner:
            for junk in (None, "x", [], {}, -1, True, [None], {"a": [1]}):
                copy = json.loads(json.dumps(whole)) | {"dataset": f"graph-{len(damaged)}"}
                place = copy
                for step in path[:-1]:
                    place = place[step]
                place[path[-1]] = junk
                damaged.append(copy)
    text = page(bench, store(tmp_path / "results", *damaged), "--no-maps", out=tmp_path / "report.html")
    assert "lines are no results" in text
    assert text.count('<details class="run">') > 200


def test_files_are_read_once(bench, folder, tmp_path, monkeypatch):
    read, times = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda path: times.append(path.name) or read(path))
    page(bench, folder, folder / "results.jsonl", out=tmp_path / "report.html")
    assert times.count("results.jsonl") == 1
    assert stored_results.read_lines(folder / "results.jsonl")[1] == []


def test_bad_input_is_refused_in_one_line(bench, refused, folder, tmp_path):
    out = tmp_path / "report.html"
    assert "holds no results.jsonl" in refused(bench("report", tmp_path / "none", "-o", out))
    empty = store(tmp_path / "empty")
    assert f"no result is stored in {empty}" in refused(bench("report", empty, "-o", out))
    assert "-o" in refused(bench("report", folder, "-o", tmp_path))
    assert "is no folder to write to" in refused(bench("report", folder, "-o", tmp_path / "no" / "a.html"))
    same = bench("report", folder, "-o", folder / "results.jsonl")
    assert "is a file of results: another name is needed" in refused(same)
    wrong = bench("report", folder, "-o", out, "--projection", "isomap")
    assert "the map's method is 'isomap': accepted are 'tsne'" in refused(wrong)
    assert not out.exists()


def test_a_file_that_cannot_be_read_is_said_in_one_line(bench, refused, folder, tmp_path, monkeypatch):
    def forbidden(path: Path) -> bytes:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    outcome = bench("report", folder, "-o", tmp_path / "report.html")
    assert "results.jsonl cannot be read: Permission denied" in refused(outcome)


def test_what_cannot_be_written_leaves_the_old_page(bench, refused, folder, tmp_path, monkeypatch):
    out = tmp_path / "report.html"
    out.write_text("old")

    def full_disk(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full_disk)
    assert "cannot be written: No space left on device" in refused(bench("report", folder, "-o", out))
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")] == []


def test_no_file_takes_the_place_of_a_device_a_pipe_or_a_link(bench, folder, tmp_path):
    pipe, link, target = tmp_path / "pipe", tmp_path / "link.html", tmp_path / "target.html"
    os.mkfifo(pipe)
    code, _, err = bench("report", folder, "-o", pipe)
    assert (code, err.splitlines()[-1]) == (
        2,
        f"error: -o {pipe} is no regular file: the name of a file is needed",
    )
    assert pipe.is_fifo()
    target.write_text("old")
    link.symlink_to(target)
    page(bench, folder, out=link)
    assert link.is_symlink()
    assert target.read_text().lower().startswith("<!doctype html>")
