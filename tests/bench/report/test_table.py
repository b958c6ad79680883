from __future__ import annotations

import re

from made_up_results import FAR, GOOD, result

from rgrl.bench.comparison import compared
from rgrl.bench.report.table import comparison_table


def table(*results, metric="accuracy"):
    return comparison_table(compared(results, task=results[0]["task"], metric=metric), title="accuracy")


def test_cells_hold_score_verdict_published_number_and_what_they_are_sorted_by():
    html = table(
        result("rgrl", "cora", GOOD, paper=83.98),
        result("dgi", "cora", FAR),
        result("dgi", "photo", [1.0, 2.0]),
    )
    assert html.count('scope="col"') == 4
    assert html.count('scope="row"') == 2
    assert html.count('aria-sort="none"') == 4
    assert "published 83.98 (ours" in html
    assert "</span> *" in html
    sorted_by = re.findall(r'<td data-value="([^"]+)"', html)
    assert float(sorted_by[0]) == result("rgrl", "cora", GOOD)["test_mean"]
    assert 'aria-label="not run"' in html
    assert "corrected paired t-test" in html


def test_the_first_click_puts_the_best_first():
    scores = {"mean": 0.5, "std_repetitions": None, "std_seeds": None}
    cut = {**result("rgrl", "cora", [1.0, 2.0]), "task": "clustering", "metrics": {"conductance": scores}}
    assert re.findall('data-first="([a-z]+)"', table(cut, metric="conductance")) == 3 * ["ascending"]
    assert re.findall('data-first="([a-z]+)"', table(result("rgrl", "cora", [1.0, 2.0]))) == [
        "ascending",
        "descending",
        "ascending",
    ]
