from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgrl.bench.report.axis import Axis


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (58.3, 84.9), (0.0001, 0.0007), (-3, 3), (0, 15_000), (1e6, 2e6)]
)
def test_a_few_round_ticks_within_the_axis(low, high):
    ticks = Axis(low, high, 0, 100).ticks()
    assert 2 <= len(ticks) <= 6
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)
    steps = {round(b - a, 9) for a, b in pairwise(ticks)}
    assert len(steps) == 1


def test_places_and_an_axis_without_extent():
    assert [Axis(10, 20, 100, 0).at(value) for value in (10, 15, 20)] == [100, 50, 0]
    flat = Axis(7, 7, 0, 100)
    assert flat.ticks() == [7]
    assert flat.at(7) == 0


NUMBERS = st.floats(-1e100, 1e100)


@given(NUMBERS | st.just(0.0), NUMBERS | st.floats(0, 1e-280))
def test_whatever_the_numbers_there_is_an_axis(first, extent):
    low, high = min(first, first + extent), max(first, first + extent)
    axis = Axis(low, high, 0, 100)
    assert 1 <= len(axis.ticks()) <= 7
    assert axis.ticks() == sorted(axis.ticks())
    assert all(0 <= axis.at(value) <= 100 for value in (low, high))


@pytest.mark.parametrize("extent", [5e-324, 1e-310, 1e-300, 1e-289])
def test_an_axis_that_is_narrower_than_steps_can_be_told_apart_has_one_tick(extent):
    assert Axis(0, extent, 0, 100).ticks()[0] == 0
    assert [Axis(0, extent, 0, 100).at(value) for value in (0, extent)] == [0, 100]


def test_ticks_of_very_small_numbers_differ():
    assert Axis(0, 4e-12, 0, 100).ticks() == pytest.approx([0, 1e-12, 2e-12, 3e-12, 4e-12])
