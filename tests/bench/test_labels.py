"""What a comparison calls its rows and columns."""

from __future__ import annotations

from made_up_results import result, store

from rgrl.bench.comparison import gather
from rgrl.bench.labels import label_of


def test_what_differs_never_shares_a_cell(tmp_path):
    """Budgets, precisions, kinds of split, and graphs that share a name."""
    plain = result("rgrl", "cora", [80.0, 82.0])
    hour = {"budget_minutes": 60.0, "config_hash": "hour"}
    public = {"public_split": True, "config_hash": "public", "runs": [{"test": [70.0]}], "test_mean": 70.0}
    folder = store(
        tmp_path / "results",
        plain,
        plain | hour | {"test_mean": 83.0},
        plain | public,
        result("dgi", "cora", [50.0, 52.0]) | {"fingerprint": {"digest": "f00dfeed"}},
    )
    comparison = gather([folder], task="classification", metric=None)
    means = {
        (label, dataset): cell.mean
        for label, row in comparison.cells.items()
        for dataset, cell in row.items()
    }
    assert means == {
        ("rgrl", "cora [cora]"): 81,
        ("rgrl (60 min)", "cora [cora]"): 83,
        ("rgrl", "cora [cora] (public split)"): 70,
        ("dgi", "cora [f00dfe]"): 51,
    }
    assert comparison.rank("dgi") == 1, "it is alone on its graph"
    precise = [
        result("rgrl", "cora", [1.0, score], precision=name) for name, score in (("fp32", 3.0), ("bf16", 5.0))
    ]
    cells = gather([store(tmp_path / "precise", *precise)], task="classification", metric=None).cells
    assert {label: row["cora"].mean for label, row in cells.items()} == {"rgrl [fp32]": 2, "rgrl [bf16]": 3}
    older = plain | {"schema": 1, "config_hash": "older"}
    cells = gather([store(tmp_path / "older", older, plain)], task="classification", metric=None).cells
    assert len(cells) == 2


def test_the_precision_that_was_settled_is_no_other_setting():
    assert label_of(result("rgrl", "cora", [1.0, 2.0], precision="bf16")) == "rgrl"
    assert label_of(result("rgrl", "cora", [1.0, 2.0], layers=[8, 4])) == "rgrl (layers=[8, 4])"
    assert label_of(result("rgrl", "cora", [1.0, 2.0]) | {"budget_minutes": 1.5}) == "rgrl (1.5 min)"
