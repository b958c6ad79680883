"""Many runs through the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rgrl.bench.commands import changed_preset
from rgrl.bench.methods import METHODS, preset_of


def results(path: Path) -> list[dict]:
    return [json.loads(line) for line in (path / "results.jsonl").read_text().splitlines()]


QUICK = ("--set", "layers=[8, 4]", "--epochs", 2)


def test_methods_and_tasks_each_give_a_result(bench, tmp_path):
    tasks = "clustering,classification,similarity,link"
    code, out, err = bench(
        "run", "karate", "--methods", "rgrl,raw", "--tasks", tasks, "--epochs", 2, "--out", tmp_path, "--json"
    )
    assert code == 0, err
    printed = [json.loads(line) for line in out.splitlines()]
    assert printed == results(tmp_path)
    assert [(each["method"], each["task"]) for each in printed] == [
        (method, task)
        for method in ("rgrl", "raw")
        for task in ("classification", "clustering", "similarity", "link")
    ]


@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("node2vec", "deepwalk")])
def test_every_method_runs(bench, tmp_path, method):
    epochs = () if method in ("raw", "untrained") else ("--epochs", 2)
    code, out, err = bench("run", "karate", "--methods", method, *epochs, "--out", tmp_path, "--json")
    assert code == 0, err
    assert json.loads(out)["method"] == method


def test_what_is_stored_is_shown_and_not_done_again(bench, tmp_path):
    first = bench("run", "karate", *QUICK, "--out", tmp_path, "--json")
    second = bench("run", "karate", *QUICK, "--out", tmp_path, "--json")
    assert first[1] == second[1]
    assert "not done again" in second[2]
    assert len(results(tmp_path)) == 1


def test_again_trains_anew_once_for_all_tasks(bench, tmp_path, monkeypatch):
    from rgrl.bench import embed_seed as module

    trained = []
    real = module.embed_seed
    monkeypatch.setattr(
        module, "embed_seed", lambda key, *a, **k: trained.append(k["seed"]) or real(key, *a, **k)
    )
    arguments = ("run", "karate", *QUICK, "--tasks", "classification,similarity", "--out", tmp_path)
    bench(*arguments)
    bench(*arguments)
    assert trained == [0]
    bench(*arguments, "--again")
    assert trained == [0, 0]
    assert len(results(tmp_path)) == 4


def test_a_method_named_twice_is_run_once(bench, tmp_path):
    bench("run", "karate", "--methods", "raw,RAW", "--out", tmp_path)
    assert len(results(tmp_path)) == 1


def test_a_bug_in_one_task_does_not_stop_the_others(bench, tmp_path, monkeypatch):
    def bug(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("rgrl.bench.tasks.similarity_search", bug)
    tasks = ("--tasks", "clustering,similarity,link")
    code, _, err = bench("run", "karate", "--methods", "raw", *tasks, "--out", tmp_path)
    assert code == 2
    assert err.strip().splitlines()[-1] == "error: similarity: RuntimeError: a bug"
    assert [each["task"] for each in results(tmp_path)] == ["clustering", "link"]


@pytest.mark.parametrize("method", ["bgrl", "grace"])
def test_no_update_at_all_gives_the_untrained_encoder(bench, tmp_path, method):
    arguments = ("--methods", method, "--epochs", 0, "--set", "layers=[8, 4]", "--out", tmp_path)
    assert bench("run", "karate", *arguments)[0] == 0
    (result,) = results(tmp_path)
    assert result["updates"] == [0]
    assert result["test_mean"] == result["untrained_mean"]


def test_updates_are_set_for_the_methods_that_have_some():
    preset = changed_preset(None, "deepwalk", preset_of("deepwalk", "karate"), {}, epochs=3)
    assert preset == preset_of("deepwalk", "karate")
    assert changed_preset(None, "dgi", preset_of("dgi", "karate"), {}, epochs=3).epochs == 3
    assert changed_preset(None, "untrained", preset_of("untrained", "karate"), {}, epochs=3).epochs == 0


def test_what_makes_deepwalk_of_node2vec_stays(tmp_path):
    (tmp_path / "biased.toml").write_text('method = "node2vec"\np = 0.25\nq = 4.0\nwindow = 3\n')
    preset = changed_preset(
        str(tmp_path / "biased.toml"), "deepwalk", preset_of("deepwalk", "karate"), {"p": 2}
    )
    assert (preset.p, preset.q, preset.window) == (1, 1, 3)
    assert preset_of("node2vec", "karate").replace({"p": 1, "q": 1}) == preset_of("deepwalk", "karate")
    assert preset_of("node2vec", "karate") != preset_of("deepwalk", "karate"), "two rows of one method"


def test_a_budget_that_has_no_effect_is_no_part_of_the_row(bench, tmp_path):
    for budget in ((), ("--budget", 1)):
        code, _, err = bench("run", "karate", "--methods", "raw", *budget, "--out", tmp_path)
        assert code == 0
    assert "raw on karate: --budget has no effect" in err
    assert "not done again" in err
    assert [each["budget_minutes"] for each in results(tmp_path)] == [None]


def test_one_that_fails_does_not_stop_the_others_and_is_named_at_the_end(bench, tmp_path):
    folder = tmp_path / "data" / "cs" / "raw"
    folder.mkdir(parents=True)
    (folder / "ms_academic_cs.npz").write_bytes(b"altered")
    out = tmp_path / "out"
    arguments = ("--epochs", 1, "--out", out, "--root", tmp_path / "data")
    code, _, err = bench("run", "cs", "karate", "--methods", "rgrl,raw", *arguments)
    assert code == 2
    last = err.strip().splitlines()[-1]
    assert last.startswith("error: 2 of 4 tasks failed, 2 results stored: rgrl on cs: ")
    assert "raw on cs: " in last
    assert "Traceback" not in err
    assert [each["method"] for each in results(out)] == ["rgrl", "raw"]


def test_a_task_that_cannot_be_done_does_not_stop_the_others(bench, tmp_path):
    code, _, err = bench("run", "karate", *QUICK, "--tasks", "multiplex,clustering", "--out", tmp_path)
    assert code == 2
    assert "multiplex: karate has one relation" in err.strip().splitlines()[-1]
    assert [each["task"] for each in results(tmp_path)] == ["clustering"]


def test_a_bug_in_one_of_several_runs_is_named_too(bench, tmp_path, monkeypatch, caplog):
    from rgrl.bench import embed_seed as module

    real = module.embed_seed

    def embed_seed(key, *arguments, **keywords):
        if key.method == "dgi":
            raise RuntimeError("a bug")
        return real(key, *arguments, **keywords)

    monkeypatch.setattr(module, "embed_seed", embed_seed)
    code, _, err = bench("run", "karate", "--methods", "dgi,raw", "--out", tmp_path)
    assert code == 2
    assert "dgi on karate: RuntimeError: a bug" in err.strip().splitlines()[-1]
    assert [each["method"] for each in results(tmp_path)] == ["raw"]
    assert "Traceback" in caplog.text


def test_a_budget_says_how_many_updates_it_got(bench, tmp_path):
    code, out, _ = bench("run", "karate", "--epochs", 100000, "--budget", 0.01, "--out", tmp_path, "--json")
    result = json.loads(out)
    assert code == 0
    assert 0 < result["updates"][0] < 100000
    assert result["updates"] == [result["runs"][0]["last_update"]]
    assert (result["budget_minutes"], result["runs"][0]["ended_by"]) == (0.01, "budget")


def test_the_public_split_takes_the_place_of_the_random_ones(bench, refused, tmp_path):
    line = refused(bench("run", "karate", "--public-split", "--out", tmp_path))
    assert "karate has no public split" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--methods", "rgl"), "method 'rgl' is unknown; did you mean 'rgrl'"),
        (("--tasks", "clustring"), "task 'clustring' is unknown; did you mean 'clustering'"),
        (("--jobs", 0), "--jobs is 0"),
        (("--budget", 0), "--budget is 0.0: a number of minutes above 0"),
        (("--budget", "inf"), "--budget is inf: a number of minutes above 0"),
        (("--budget", "nan"), "--budget is nan"),
        (("--methods", ","), "--methods is empty: at least one is needed"),
        (("--tasks", ""), "--tasks is empty: at least one is needed"),
        (
            ("--methods", "grace,rgrl", "--set", "alpha=0.5"),
            "the preset of grace has the unknown key 'alpha'",
        ),
        (
            ("--methods", "bgrl", "--preset", "rgrl-cora"),
            "the preset rgrl-cora is rgrl's: bgrl needs one of bgrl",
        ),
        (
            (
                "--methods",
                "rgrl:mam",
            ),
            "names the relation 'mam': accepted are none",
        ),
        (("--methods", "supervised", "--tasks", "clustering"), "'supervised' gives no embedding"),
    ],
)
def test_what_cannot_be_run_is_refused(bench, refused, tmp_path, arguments, message):
    assert message in refused(bench("run", "karate", *arguments, "--out", tmp_path))


def test_the_methods_are_listed(bench):
    code, out, _ = bench("methods")
    assert code == 0
    for name in METHODS:
        assert name in out
