from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import DataError
from rgrl.plot import CurvePoints, curve_points
from rgrl.plot.curve_points import run_points
from rgrl.training.train import Update

COLUMNS = ("update", "loss", "val_mean", "test_mean")


def run(best=6, **curve):
    return {"seed": 0, "best_update": best, "curve": curve}


def test_a_stored_result_gives_a_curve_for_each_seed():
    curve = {
        "update": [0, 1, 6],
        "loss": [None, 2.0, 1.0],
        "val_mean": [50.0, 60.0, 70.0],
        "test_mean": [51.0, 61.0, 71.0],
    }
    first, second = curve_points({"runs": [run(**curve), run(update=[1], loss=[3.0])]})
    assert first.update == (0.0, 1.0, 6.0) and math.isnan(first.loss[0]) and first.loss[1:] == (2.0, 1.0)
    assert first.val == (50.0, 60.0, 70.0) and first.test[2] == 71.0 and first.chosen == 6.0
    assert second == CurvePoints((1.0,), (3.0,), (), (), 6.0)


def test_points_are_updates_mappings_or_pairs():
    updates = [Update(1, torch.tensor(2.0)), Update(2, torch.tensor(1.0))]
    pairs = [(1, 2.0), (2, 1.0)]
    mappings = [{"update": 1, "loss": 2.0}, {"update": 2, "loss": 1.0}]
    assert curve_points(updates) == curve_points(pairs) == curve_points(mappings)


def test_of_points_with_scores_the_earliest_best_validation_is_chosen():
    values = [None, 70.0, 80.0, 80.0]
    points = [{"update": i, "loss": 1.0, "val_mean": v, "test_mean": 100.0 - i} for i, v in enumerate(values)]
    assert curve_points(points)[0].chosen == 2.0


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], "the list of points is empty"),
        ({"dataset": "cora"}, "the result has no runs"),
        ({"runs": []}, "the result has no runs"),
        ({"runs": [{"seed": 0}]}, "run 0 of the result has no curve"),
        ({"runs": [run(update=[], loss=[])]}, "the curve of run 0 is empty"),
        ({"runs": [run(update=[0, 1], loss=[None])]}, None),
        ({"runs": [run(update=[0, 1], loss=[2.0])]}, "has 2 updates, but 1 values of loss"),
        ({"runs": [run(update=[0, 1], loss=[2.0, math.nan])]}, "loss of the curve of run 0: entry 1 is nan"),
        ([(1, 1.0), (2, math.inf)], "entry 1 is inf"),
        ([(2, 1.0), (1, 1.0)], "do not rise"),
        ([(1, 1.0), (1, 1.0)], "do not rise"),
        ([{"loss": 1.0}], "update of the list of points|is empty"),
        ([(1, "much")], "are not all numbers"),
        ([3.0], "point 0 is 3.0"),
        ([(1, 10**400)], "loss of the list of points: entry 0 is inf: finite numbers up to"),
        ([(1, -1e200)], r"entry 0 is -1e\+200: finite numbers up to 1e\+100 are needed"),
        ([(1, "2.5")], "loss of the list of points are not all numbers: entry 0 is '2.5'"),
        ([(True, 1.0)], "update of the list of points are not all numbers: entry 0 is True"),
        ([(1, torch.ones(2))], "are not all numbers: entry 0 is tensor"),
        ({"runs": [run(update="01", loss=[1.0, 2.0])]}, "update of .* are not all numbers: '01' is no list"),
        ({"runs": [run(update={"0": 1}, loss=[1.0])]}, "{'0': 1} is no list"),
        ({"runs": [run(update=3, loss=[1.0])]}, "are not all numbers: 3 is no list"),
        ({"runs": ["ab"]}, "run 0 of the result has no curve"),
        ("results.json", "the result is a str"),
        (5, "the result is a int"),
    ],
)
def test_what_is_no_curve_is_refused(points, message):
    if message is None:  # of an untrained encoder alone nothing is known but that it was there
        assert curve_points(points)[0].loss == ()
        return
    with pytest.raises(DataError, match=message):
        curve_points(points)


@pytest.mark.parametrize("best", ["x", "6", [6], {}, True, math.nan, math.inf, 10**400, 1e200, [10**5000]])
def test_a_chosen_update_that_is_no_number_is_refused_in_one_line(best):
    with pytest.raises(DataError) as refused:
        curve_points({"runs": [run(best, update=[0, 6], loss=[None, 1.0], val_mean=[1.0, 2.0])]})
    told = str(refused.value)
    assert told.startswith("best_update of the curve of run 0 is ")
    assert told.endswith(": the number of an update, or None, is needed")
    assert len(told) < 200 and "\n" not in told


JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just(10**400)
COLUMN = JUNK | st.lists(JUNK, max_size=4) | st.lists(st.floats(allow_infinity=False), max_size=4)


@given(JUNK | st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, COLUMN)), JUNK)
def test_whatever_stands_for_a_curve_is_read_or_refused(curve, best):
    try:
        read = run_points(curve, best, "the curve")
    except DataError as error:
        assert "\n" not in str(error) and len(str(error)) < 300
        return
    assert read.update == tuple(float(update) for update in curve["update"])
    assert all(a < b for a, b in pairwise(read.update))
    assert {len(read.loss), len(read.val), len(read.test)} <= {0, len(read.update)}
    assert read.chosen == best
