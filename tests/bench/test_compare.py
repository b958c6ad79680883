"""The comparison as a table, in four forms."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from made_up_results import FAR, GOOD, NEAR, result, store

from rgrl.bench.compare import (
    as_latex,
    as_markdown,
    comparison_notes,
    comparison_rows,
    paired_verdicts,
)
from rgrl.bench.compare_csv import COLUMNS, as_csv
from rgrl.bench.comparison import gather
from rgrl.evaluate.significance import corrected_t_test


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


def test_only_what_differs_beyond_chance_is_marked(folder):
    comparison = gather([folder], task="classification", metric=None)
    assert paired_verdicts(comparison, "cora") == {"dgi": " *"}
    assert any("corrected paired t-test" in note for note in comparison_notes(comparison))


def test_the_forms_hold_the_same_cells():
    header, rows, notes = ["method", "a_b"], [["x & y", "1.00 ± 2.00 *"]], ["in %"]
    assert as_markdown(header, rows, notes).splitlines()[:3] == [
        "| method | a_b |",
        "|---|---|",
        "| x & y | 1.00 ± 2.00 * |",
    ]
    latex = as_latex(header, rows, notes)
    assert r"x \& y & 1.00 $\pm$ 2.00 $^*$ \\" in latex
    assert r"method & a\_b \\" in latex
    assert latex.startswith("% needs \\usepackage{booktabs}\n")
    assert latex.endswith("\\bottomrule\n\\multicolumn{2}{l}{\\footnotesize in \\%} \\\\\n\\end{tabular}\n")


def test_a_latex_table_says_what_its_signs_mean_and_no_wider_than_it_is(folder):
    comparison = gather([folder], task="classification", metric=None)
    latex = as_latex(*comparison_rows(comparison), comparison_notes(comparison))
    notes = [line for line in latex.splitlines() if line.startswith(r"\multicolumn{4}{l}{\footnotesize ")]
    said = " ".join(line.removeprefix(r"\multicolumn{4}{l}{\footnotesize ")[:-4] for line in notes)
    assert r"in \%; $\pm$ unbiased deviation over splits or repetitions, then over seeds" in said
    assert (
        r"$^*$ differs from the best of its column: corrected paired t-test over splits, Holm, 5 \%" in said
    )
    narrow = as_latex(["method"], [["x"]], ["word " * 40])
    assert narrow.count(r"\multicolumn{1}{l}{\footnotesize word ") == 4, "fifty letters a line"


def test_csv_has_a_number_a_column(folder):
    bare = result("dgi", "other", [5.0, 7.0]) | {"budget_minutes": 5, "updates": "many"}
    store(folder, bare)
    comparison = gather([folder], task="classification", metric=None)
    lines = as_csv(comparison).splitlines()
    assert lines[0].split(",") == list(COLUMNS)
    rows = {(row["method"], row["dataset"]): row for row in csv.DictReader(io.StringIO("\n".join(lines)))}
    assert len(rows) == len(lines) - 1 == 6
    first, far = rows["rgrl", "cora"], rows["dgi", "cora"]
    assert float(first["mean"]) == pytest.approx(np.mean(GOOD))
    assert float(first["std_splits"]) == pytest.approx(np.std(GOOD, ddof=1))
    assert float(first["published_gap"]) == pytest.approx(np.mean(GOOD) - 83.98)
    named = (
        "task",
        "metric",
        "std_seeds",
        "seeds",
        "seeds_asked",
        "differs",
        "p_value",
        "updates",
        "budget_minutes",
    )
    expected = ["classification", "accuracy", "", "1", "1", "", "", "7.0", ""]
    assert [first[name] for name in named] == expected, "the best is held against nothing"
    assert (first["published"], first["published_probe"], first["rank"]) == ("83.98", "paper", "1.5")
    assert (far["differs"], far["published"], far["published_probe"]) == ("true", "", "")
    assert 0 < float(far["p_value"]) < 0.05
    assert rows["grace", "cora"]["differs"] == "false"
    other = rows["dgi (5 min)", "other"]
    assert (other["updates"], other["budget_minutes"], float(other["mean"])) == ("", "5", 6)


def test_the_command_prints_each_form(bench, refused, folder):
    for form, begin in (("markdown", "| method |"), ("csv", "method,dataset,"), ("latex", "% needs")):
        code, out, _ = bench("compare", folder, "--format", form)
        assert code == 0
        assert out.startswith(begin)
    code, out, _ = bench("compare", folder)
    assert code == 0
    assert "83.98" in out
    assert "--format is 'pdf': accepted are terminal" in refused(bench("compare", folder, "--format", "pdf"))


def test_a_gap_by_the_converged_probe_says_so(tmp_path):
    grace = result("grace", "cora", [1.0, 2.0], paper=83.3) | {"paper_probe": "converged", "paper_gap": 0.5}
    rows = comparison_rows(gather([store(tmp_path / "r", grace)], task="classification", metric=None))[1]
    assert rows[1][1] == "83.30 (ours +0.50, converged probe, last update)"


@pytest.mark.parametrize(("sizes", "marked"), [([10, 10, 80], False), ([80, 10, 10], True), (None, False)])
def test_the_test_knows_the_sizes_of_the_splits(tmp_path, sizes, marked):
    rng = np.random.default_rng(1)
    better = (80 + rng.normal(size=20)).tolist()
    worse = (np.array(better) - 0.8 + 0.5 * rng.normal(size=20)).tolist()
    stored = [result(m, "cora", scores) for m, scores in (("rgrl", better), ("dgi", worse))]
    folder = store(tmp_path / "results", *(each | {"split_sizes": sizes} for each in stored))
    comparison = gather([folder], task="classification", metric=None)
    expected = {"dgi": " *"} if marked else {}
    assert paired_verdicts(comparison, "cora") == expected
    p = corrected_t_test(
        np.subtract(better, worse), train_size=(sizes or [1])[0], test_size=(sizes or [1])[-1]
    )[1]
    assert sizes is None or (p < 0.05) == marked


def test_no_sign_of_a_name_breaks_a_form(tmp_path, bench):
    rows = [[r"a_b [1, 2] {x} ^~\ | $", "1.00"]]
    latex = as_latex(["method"], rows, [])
    assert r"a\_b {[}1, 2{]} \{x\} \textasciicircum{}\textasciitilde{}\textbackslash{} | \$" in latex
    assert as_markdown(["method", "x"], rows, []).splitlines()[2].count(" | ") == 1
    named = result("rgrl", "cora", [1.0, 2.0], layers=[8]) | {"dataset": "own[bold]"}
    code, out, _ = bench("compare", store(tmp_path / "results", named))
    assert code == 0
    assert "own[bold]" in out


def test_the_published_number_is_for_the_published_settings_whatever_the_budget(tmp_path):
    cut = result("rgrl", "cora", GOOD, paper=83.98) | {"budget_minutes": 5}
    changed = result("rgrl", "cora", FAR, paper=83.98)
    changed["config"] = changed["config"] | {"alpha": 1.0}
    changed["config_hash"] = "changed"
    rows = comparison_rows(gather([store(tmp_path, cut, changed)], task="classification", metric=None))[1]
    assert [row[0] for row in rows] == ["rgrl (5 min)", "rgrl (alpha=1.0)", "rgrl (5 min), published"]
    assert rows[2][1].startswith("83.98 (ours -")
