from __future__ import annotations

import math

from rgrl.bench.report.curve import curve_figure, curve_of, thinned

RECORD = {
    "seed": 1,
    "best_update": 6,
    "curve": {
        "update": [0, 1, 6, 11],
        "loss": [None, 3.0, 2.0, 1.5],
        "val_mean": [50.0, 60.0, 70.0, 65.0],
        "test_mean": [49.0, 59.0, 69.5, 66.0],
    },
}


def test_every_line_and_the_chosen_update_are_drawn():
    curve = curve_of(RECORD)
    assert curve is not None
    assert curve.lines["loss"] == [(1, 3.0), (6, 2.0), (11, 1.5)]
    figure = curve_figure("rgrl on cora", [curve], score="accuracy in %")
    assert [figure.count(f'class="line c1 {name}"') for name in curve.lines] == [1, 1, 1]
    assert "seed 1: update 6, validation 70.00, test 69.50" in figure
    assert "dashed: test" in figure


def test_what_is_no_curve_is_left_out():
    for curve in (3, {}, {"update": 4}, {"update": [0], "loss": [1.0]}, {"update": [0, 1], "loss": "ab"}):
        assert curve_of({**RECORD, "curve": curve}) is None
    ragged = curve_of({**RECORD, "curve": {"update": [0, 1, 2], "loss": [None, 1.0, 2.0, "x"]}})
    assert ragged is not None
    assert ragged.lines == {"loss": [(1, 1.0), (2, 2.0)]}
    assert "ring" not in curve_figure("a", [ragged], score="accuracy")


def test_a_flat_line_has_a_place():
    flat = curve_of({**RECORD, "curve": {"update": [0, 1], "val_mean": [5.0, 5.0]}, "best_update": None})
    assert flat is not None
    assert "nan" not in curve_figure("a", [flat], score="accuracy")


def test_a_thinned_line_keeps_its_peaks_and_ends():
    points = [(float(x), math.sin(x / 500)) for x in range(5000)]
    points[2345] = (2345.0, 9.0)
    points[17] = (17.0, -9.0)
    kept = thinned(points, bins=20)
    assert len(kept) <= 42
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    assert points[2345] in kept
    assert points[17] in kept
    assert kept == sorted(kept)
