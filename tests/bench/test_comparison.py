"""Stored results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_results import FAR, GOOD, NEAR, result, store

from rgrl.bench.compare import (
    comparison_notes,
    comparison_rows,
)
from rgrl.bench.comparison import gather
from rgrl.errors import ConfigError, DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return store(
        tmp_path / "results",
        result("rgrl", "cora", GOOD, paper=83.98),
        result("grace", "cora", NEAR),
        result("dgi", "cora", FAR),
        result("rgrl", "other", [10.0, 12.0]),
        result("grace", "other", [30.0, 31.0]),
    )


def test_rows_hold_scores_gaps_and_ranks(folder):
    header, rows = comparison_rows(gather([folder], task="classification", metric=None))
    assert header == ["method", "cora", "other", "rank"]
    by_label = {row[0]: row[1:] for row in rows}
    mean, std = np.mean(GOOD), np.std(GOOD, ddof=1)
    assert by_label["rgrl"] == [f"{mean:.2f} ± {std:.2f}", "11.00 ± 1.41", "1.5"]
    assert by_label["dgi"][1:] == ["-", "3.0"]
    assert by_label["rgrl, published"] == [f"83.98 (ours {mean - 83.98:+.2f})", "-", ""]


def test_the_newest_of_equal_settings_counts_and_other_settings_have_a_row_of_their_own(folder):
    store(
        folder, result("rgrl", "cora", [50.0, 52.0]), result("rgrl", "cora", [60.0, 64.0], global_weight=0.0)
    )
    cells = gather([folder], task="classification", metric=None).cells
    assert cells["rgrl"]["cora"].mean == 51
    assert cells["rgrl (global_weight=0.0)"]["cora"].mean == 62


def test_no_number_is_published_for_other_settings(folder):
    store(folder, result("rgrl", "cora", GOOD, paper=83.98, global_weight=0.0))
    labels = [row[0] for row in comparison_rows(gather([folder], task="classification", metric=None))[1]]
    assert "rgrl (global_weight=0.0)" in labels
    assert [label for label in labels if label.endswith("published")] == ["rgrl, published"]


def test_several_folders_and_files_are_read(folder, tmp_path):
    more = store(tmp_path / "more", result("grace", "third", [1.0, 2.0]))
    comparison = gather([folder, more / "results.jsonl"], task="classification", metric=None)
    assert comparison.datasets == ("cora", "other", "third")


def test_other_tasks_choose_a_metric(tmp_path):
    record = result("rgrl", "cora", [1.0, 2.0]) | {
        "task": "clustering",
        "metrics": {
            "nmi": {"mean": 0.5, "std_repetitions": 0.01, "std_seeds": None},
            "ari": {"mean": 0.25, "std_repetitions": None, "std_seeds": None},
        },
    }
    folder = store(tmp_path / "results", record)
    assert gather([folder], task="clustering", metric=None).cells["rgrl"]["cora"].mean == 50
    assert comparison_rows(gather([folder], task="clustering", metric="ari"))[1] == [["rgrl", "25.00", "1.0"]]
    with pytest.raises(ConfigError, match="metric 'nim' is unknown: clustering has nmi, ari"):
        gather([folder], task="clustering", metric="nim")


def test_what_cannot_be_compared_is_named(tmp_path, folder):
    with pytest.raises(DataError, match=r"holds no results\.jsonl"):
        gather([tmp_path / "nothing"], task="classification", metric=None)
    with pytest.raises(
        DataError, match=r"no result of the task 'link' .*: there are results of classification"
    ):
        gather([folder], task="link", metric=None)
    with pytest.raises(DataError, match="no result is stored in"):
        gather([store(tmp_path / "empty")], task=None, metric=None)
    with pytest.raises(ConfigError, match="task 'links' is unknown: accepted are classification"):
        gather([folder], task="links", metric=None)


def scored(task: str, *metrics: str) -> dict[str, Any]:
    scores = {"mean": 0.5, "std_repetitions": None, "std_seeds": None}
    return result("rgrl", "mine", [1.0, 2.0]) | {"task": task, "metrics": dict.fromkeys(metrics, scores)}


def test_the_task_is_classification_or_else_the_first_that_is_stored(tmp_path, bench):
    folder = store(tmp_path / "bare", scored("clustering", "modularity"), scored("link", "random/cosine/auc"))
    comparison = gather([folder], task=None, metric=None)
    assert (comparison.task, comparison.metric) == ("clustering", "modularity")
    code, out, _ = bench("compare", folder, "--format", "markdown")
    assert code == 0
    assert "clustering, modularity in %" in out
    store(folder, result("rgrl", "mine", [1.0, 2.0]))
    assert gather([folder], task=None, metric=None).task == "classification"


def test_of_many_metrics_those_like_the_one_that_was_meant_are_named(tmp_path):
    kinds = [
        f"{part}{scorer}/{metric}" for part in ("", "val/") for scorer in "abcd" for metric in ("ap", "auc")
    ]
    folder = store(tmp_path / "links", scored("link", *kinds))
    named = "a/auc, b/auc, c/auc, d/auc, val/a/auc, val/b/auc, val/c/auc, val/d/auc and 8 others"
    with pytest.raises(ConfigError, match=f"metric 'auc' is unknown: link has {named}"):
        gather([folder], task="link", metric="auc")
    with pytest.raises(ConfigError, match="link has val/a/ap, "):
        gather([folder], task="link", metric="val/a/apx")


def test_a_result_of_the_first_schema_is_read(tmp_path):
    first = result("rgrl", "cora", GOOD, paper=83.98) | {"schema": 1, "task": "classification"}
    for later in ("updates", "budget_minutes"):
        del first[later]
    comparison = gather([store(tmp_path / "results", first)], task="classification", metric=None)
    assert comparison.cells["rgrl"]["cora"].splits == pytest.approx(tuple(GOOD))


def test_a_stopped_run_gives_way_to_a_finished_one_and_is_named_where_there_is_none(tmp_path):
    finished = result("rgrl", "cora", [1.0, 2.0]) | {"seeds": 2, "seeds_asked": 2}
    stopped = result("rgrl", "cora", [3.0, 4.0]) | {"seeds": 1, "seeds_asked": 2}
    for order in ((finished, stopped), (stopped, finished)):
        folder = store(tmp_path / str(order is (finished, stopped)), *order)
        assert gather([folder], task="classification", metric=None).cells["rgrl"]["cora"].mean == 1.5
    comparison = gather([store(tmp_path / "alone", stopped)], task="classification", metric=None)
    assert "rgrl on cora: stopped after 1 of 2 seeds" in comparison_notes(comparison)


def test_less_conductance_is_better(tmp_path):
    def clustered(method: str, conductance: float) -> dict[str, Any]:
        scores = {"mean": conductance, "std_repetitions": None, "std_seeds": None}
        return result(method, "cora", [1.0, 2.0]) | {"task": "clustering", "metrics": {"conductance": scores}}

    folder = store(
        tmp_path / "results", clustered("rgrl", 0.2), clustered("dgi", 0.4), clustered("grace", 0.3)
    )
    comparison = gather([folder], task="clustering", metric="conductance")
    assert [comparison.rank(label) for label in ("rgrl", "grace", "dgi")] == [1, 2, 3]
    assert comparison.best("cora") == "rgrl"
    assert "less is better" in comparison_notes(comparison)[0]
    assert gather([folder], task="clustering", metric=None).metric == "conductance", "nmi is not stored"


def test_who_has_no_such_metric_has_no_cell(tmp_path):
    rgrl = result("rgrl", "cora", [1.0, 2.0], paper=80.0) | {"converged_test_mean": 83.0}
    rgrl["runs"][0]["converged_test_mean"] = 83.0
    folder = store(tmp_path / "results", rgrl, result("supervised", "cora", [3.0, 4.0]))
    comparison = gather([folder], task="classification", metric="converged")
    assert {label: row["cora"].mean for label, row in comparison.cells.items()} == {"rgrl": 83}
    gap = 1.5 - 80
    assert comparison_rows(comparison)[1][1][1] == f"80.00 (ours {gap:+.2f}, chosen by validation)"
    alone = store(tmp_path / "alone", result("supervised", "cora", [3.0, 4.0]))
    with pytest.raises(DataError, match="has the metric 'converged'"):
        gather([alone], task="classification", metric="converged")


def test_a_damaged_line_is_told_of(folder, caplog):
    with (folder / "results.jsonl").open("a") as file:
        file.write('{"dataset": "co')
    assert gather([folder], task="classification", metric=None).datasets == ("cora", "other")
    assert "1 lines are no results, the first is line 6" in caplog.text
