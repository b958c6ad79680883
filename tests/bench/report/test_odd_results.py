"""Odd results: each is said in one line with file, line and reason, and the page is made all the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_results import FAR, GOOD, store
from test_write_report import full, page

from rgrl.bench.report.write_report import write_report
from rgrl.errors import DataError

TABLES = Path(__file__).parents[3] / "benchmarks" / "results" / "tables"
REAL = [json.loads(line) for line in (TABLES / "imdb" / "results.jsonl").read_text().splitlines()]
REAL += [json.loads(line) for line in (TABLES / "images" / "results.jsonl").read_text().splitlines()]
LONG = "x" * 300


class Told:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def update(self, moment: object) -> None: ...


def report(paths: list[Path], out: Path) -> tuple[int, list[str]]:
    told = Told()
    shown = write_report(paths, out, title="Odd", maps=False, projection="pca", root=None, observer=told)
    return shown, told.notes


def odd_run(**changes: Any) -> dict[str, Any]:
    result = full("grace", "cora", FAR)
    run = {**result["runs"][0], **changes}
    return {**result, "runs": [{name: value for name, value in run.items() if value is not ...}]}


def curve(**changes: Any) -> dict[str, Any]:
    return {"curve": {**full("grace", "cora", FAR)["runs"][0]["curve"], **changes}}


def test_results_that_were_measured_are_sound(tmp_path):
    for file in sorted(TABLES.glob("*/*.jsonl")):
        shown, notes = report([file], tmp_path / "report.html")
        assert shown > 0
        assert notes == [], file


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seed": ...}, "its seed is missing: a whole number is needed"),
        ({"seed": "a"}, "its seed is 'a': a whole number is needed"),
        ({"seed": True}, "its seed is True"),
        ({"seed": -1}, "its seed is -1"),
        ({"best_update": "six"}, "best_update of its curve is 'six'"),
        ({"best_update": 10**400}, "best_update of its curve is 1000"),
        ({"curve": 3}, "its curve is 3: a mapping with update and loss is needed"),
        (curve(loss=[1.0]), "its curve has 3 updates, but 1 values of loss"),
        (curve(val_mean=["1", "2", "3"]), "val_mean of its curve are not all numbers: entry 0 is '1'"),
        (curve(loss=[1.0, 10**400, 2.0]), "loss of its curve: entry 1 is inf"),
        (curve(update=[0, True, 2]), "update of its curve are not all numbers: entry 1 is True"),
        (curve(update=[0, 6, 6]), "the updates of its curve do not rise"),
    ],
)
def test_a_curve_that_cannot_be_drawn_is_said_with_file_line_and_reason(bench, tmp_path, changes, reason):
    folder = store(tmp_path / "results", full("rgrl", "cora", GOOD), odd_run(**changes))
    out = tmp_path / "report.html"
    code, _, err = bench("report", folder, "--no-maps", "-o", out)
    assert code == 0, err
    (line,) = err.splitlines()
    assert line.startswith(f"{folder / 'results.jsonl'}, line 2: no curve of run 0: {reason}")
    text = out.read_text()
    assert text.count("<li>" + str(folder)) == 1
    assert "2 results of 2 methods" in text
    assert text.count("<figure") == 1


def test_of_many_odd_runs_one_line_tells_and_the_sound_ones_are_drawn(tmp_path):
    result = odd_run(best_update="x")
    result["runs"] += [odd_run(seed=1)["runs"][0], odd_run(seed="b")["runs"][0]]
    out = tmp_path / "report.html"
    (note,) = report([store(tmp_path / "results", result)], out)[1]
    assert note.endswith("is needed; 1 more of 3 runs have none")
    assert "seed 1: update 6" in out.read_text()


def test_what_a_later_result_replaces_is_not_complained_of(tmp_path):
    folder = store(tmp_path / "results", odd_run(best_update="x"), full("grace", "cora", FAR))
    assert report([folder], tmp_path / "report.html") == (1, [])


def test_every_line_that_is_no_result_is_said_and_of_many_the_first_ten(tmp_path):
    damaged = [full("dgi", "cora", FAR, test_mean=10**400) for _ in range(12)]
    folder = store(tmp_path / "results", full("rgrl", "cora", GOOD), *damaged)
    first, *others = report([folder], tmp_path / "report.html")[1]
    file = folder / "results.jsonl"
    assert first.startswith(f"{file}: 12 lines are no results, the first is line 2: 'test_mean' is 1000")
    assert [note.split(": ")[0] for note in others] == [f"{file}, line {n}" for n in range(3, 12)]
    assert all("a number up to 1e+09 is needed" in note for note in others)


def test_where_no_line_is_a_result_each_is_said_before_the_refusal(bench, refused, tmp_path):
    folder = store(tmp_path / "results", {"schema": 2})
    outcome = bench("report", folder, "-o", tmp_path / "report.html")
    assert "no result is stored in" in refused(outcome)
    assert "the first is line 1: 'dataset' is missing: a text is needed" in outcome[2]


def test_a_record_on_disk_that_is_damaged_is_said(bench, tmp_path):
    run = {"seed": 0, "test": GOOD}
    result = full("rgrl", "cora", GOOD, runs=[run])
    folder = store(tmp_path / "results", result)
    (folder / "seeds").mkdir()
    record = folder / "seeds" / f"cora-rgrl-{result['config_hash']}-seed0.json"
    record.write_text("[" * 10**5)
    assert report([folder], tmp_path / "a.html")[1] == [
        f"{record}: no curve of seed 0: it is damaged or cut short"
    ]
    record.write_text(json.dumps({**odd_run()["runs"][0], "digest": "cora"}))
    assert report([folder], tmp_path / "a.html")[1] == []
    assert "<figure" in (tmp_path / "a.html").read_text()


def test_names_of_300_letters_and_tasks_that_are_called_like_a_section_have_their_place(bench, tmp_path):
    metrics = {LONG: {"mean": 0.5, "std_repetitions": None, "std_seeds": None}}
    results = [
        full("rgrl", "cora", GOOD) | {"dataset": LONG, "method": LONG, "config_hash": LONG},
        *(
            full("rgrl", "cora", GOOD) | {"task": task, "metrics": metrics}
            for task in ("runs", "link", "LINK")
        ),
    ]
    folder = store(tmp_path / "results", *results)
    for part in ("embeddings", "seeds"):  # in which no file can have such a name
        (folder / part).mkdir()
    text = page(bench, folder, out=tmp_path / "report.html")
    assert text.count(">Link</h2>") == 2
    assert text.count(">Runs</h2>") == 2
    assert text.count('<table class="sortable">') == 4


@pytest.mark.parametrize("junk", [10**400, -1, True, 1e300, LONG, [[[[1]]]]], ids=lambda each: repr(each)[:9])
@pytest.mark.parametrize("name", ["seconds", "peak_memory_bytes", "parameters", "command", "hardware"])
def test_what_is_only_shown_may_be_anything(tmp_path, name, junk):
    result = full("rgrl", "cora", GOOD) | {name: junk}
    result["runs"][0][name] = junk
    assert report([store(tmp_path / "results", result)], tmp_path / "report.html") == (1, [])


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": [value]}
    return value


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([10**400, -(10**400), 1e308, 5e-324, float("nan"), float("inf"), 2**64]),
    st.sampled_from(["", "x", LONG, "\0", "../x", "<b>", "\ud800", "1"]),
    st.sampled_from([[], {}, [None], ["a"], [10**400], {"mean": 1}, nested(10), nested(200), [[1], [2, 3]]]),
)


def paths(value: Any, path: tuple = ()) -> list[tuple]:
    pairs: Any = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        pairs = list(enumerate(value))[:3]
    return [inner for key, each in pairs for inner in ((*path, key), *paths(each, (*path, key)))]


PLACES = [(number, path) for number, result in enumerate(REAL) for path in paths(result)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK | st.just(...)), min_size=5, max_size=20))
def test_whatever_stands_anywhere_in_a_result_the_page_is_made(tmp_path, changes):
    lines = []
    for (number, path), junk in changes:
        copy = json.loads(json.dumps(REAL[number]))
        place = copy
        for step in path[:-1]:
            place = place[step]
        if junk is ...:
            del place[path[-1]]
        else:
            place[path[-1]] = junk
        lines.append(json.dumps(copy))
    file = tmp_path / "results.jsonl"
    file.write_text("\n".join(lines))
    try:
        shown, notes = report([file], tmp_path / "report.html")
    except DataError as error:
        assert str(error) == f"no result is stored in {file}"
        return
    assert shown >= 1
    assert all(note.startswith(f"{file}") and "line " in note and "\n" not in note for note in notes)
    assert (tmp_path / "report.html").read_text().count('<details class="run">') == shown
