"""Stored results side by side."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rgrl.bench.compare import (
    as_csv,
    as_latex,
    as_markdown,
    comparison_notes,
    comparison_rows,
    paired_verdicts,
)
from rgrl.bench.comparison import gather, label_of
from rgrl.errors import ConfigError, DataError
from rgrl.presets import method_preset


def result(
    method: str, dataset: str, scores: list[float], *, paper: float | None = None, **config: Any
) -> dict[str, Any]:
    preset = method_preset(method, dataset).replace(config)
    return {
        "dataset": dataset,
        "method": method,
        "task": "classification",
        "config": preset.to_dict(),
        "config_hash": preset.hash,
        "fingerprint": {"digest": dataset},
        "seeds": 1,
        "updates": [7],
        "budget_minutes": None,
        "command": "rgrl-bench run",
        "test_mean": float(np.mean(scores)),
        "test_std_splits": float(np.std(scores, ddof=1)),
        "test_std_seeds": None,
        "paper_mean": paper,
        "paper_gap": None if paper is None else float(np.mean(scores)) - paper,
        "runs": [{"test": scores, "last_update": 7}],
    }


def store(folder: Path, *results: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "results.jsonl").open("a") as file:
        file.writelines(json.dumps(each) + "\n" for each in results)
    return folder


RNG = np.random.default_rng(0)
GOOD = (80 + RNG.normal(size=20)).tolist()
NEAR = (np.array(GOOD) - 0.05 + 0.5 * RNG.normal(size=20)).tolist()
FAR = (np.array(GOOD) - 5 + 0.5 * RNG.normal(size=20)).tolist()


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


def test_only_what_differs_beyond_chance_is_marked(folder):
    comparison = gather([folder], task="classification", metric=None)
    assert paired_verdicts(comparison, "cora") == {"dgi": " *"}
    assert any("corrected paired t-test" in note for note in comparison_notes(comparison))


def test_the_newest_of_equal_settings_counts_and_other_settings_have_a_row_of_their_own(folder):
    store(
        folder, result("rgrl", "cora", [50.0, 52.0]), result("rgrl", "cora", [60.0, 64.0], global_weight=0.0)
    )
    cells = gather([folder], task="classification", metric=None).cells
    assert cells["rgrl"]["cora"].mean == 51
    assert cells["rgrl (global_weight=0.0)"]["cora"].mean == 62


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
    with pytest.raises(DataError, match="no result of the task 'link'"):
        gather([folder], task="link", metric=None)


def test_the_precision_that_was_settled_is_no_other_setting():
    assert label_of(result("rgrl", "cora", [1.0, 2.0], precision="bf16")) == "rgrl"
    assert label_of(result("rgrl", "cora", [1.0, 2.0], layers=[8, 4])) == "rgrl (layers=[8, 4])"
    assert label_of(result("rgrl", "cora", [1.0, 2.0]) | {"public_split": True}) == "rgrl (public split)"


def test_the_forms_hold_the_same_cells():
    header, rows, notes = ["method", "a_b"], [["x & y", "1.00 ± 2.00 *"]], ["in %"]
    assert as_markdown(header, rows, notes).splitlines()[:3] == [
        "| method | a_b |",
        "|---|---|",
        "| x & y | 1.00 ± 2.00 * |",
    ]
    assert list(csv.reader(io.StringIO(as_csv(header, rows, notes)))) == [header, *rows]
    latex = as_latex(header, rows, notes)
    assert r"x \& y & 1.00 $\pm$ 2.00 $^*$ \\" in latex
    assert r"method & a\_b \\" in latex
    assert latex.startswith("% in %\n")


def test_the_command_prints_each_form(bench, refused, folder):
    for form, begin in (("markdown", "| method |"), ("csv", "method,cora"), ("latex", "% classification")):
        code, out, _ = bench("compare", folder, "--format", form)
        assert code == 0
        assert out.startswith(begin)
    code, out, _ = bench("compare", folder)
    assert code == 0
    assert "83.98" in out
    assert "--format is 'pdf': accepted are terminal" in refused(bench("compare", folder, "--format", "pdf"))
