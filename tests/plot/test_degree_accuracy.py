from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from rgrl.errors import DataError
from rgrl.plot import accuracy_by_degree, degree_accuracy

DEGREES = np.array([1, 1, 2, 3, 3, 5, 6, 7])
RIGHT = np.array([1, 0, 1, 1, 0, 1, 1, 1], dtype=bool)


def ticks(axes) -> list[str]:
    return [text.get_text() for text in axes.get_xticklabels()]


def test_a_method_is_a_line_of_its_bins_with_their_errors():
    axes = degree_accuracy(DEGREES, {"mine": RIGHT}, min_nodes=1).axes[0]
    (line, caps, (bars,)) = axes.containers[0].lines
    bins = accuracy_by_degree(DEGREES, RIGHT)
    np.testing.assert_allclose(line.get_ydata(), bins.accuracy)
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends[:, 1] - ends[:, 0], 2 * bins.error, atol=1e-9)
    assert ticks(axes) == ["1\n(2)", "2–3\n(3)", "4–7\n(3)"]
    assert axes.get_ylabel() == "accuracy (%)" and len(caps) == 2


def test_methods_and_baseline_are_told_apart_without_colours():
    axes = degree_accuracy(
        DEGREES, {"a": RIGHT, "b": ~RIGHT}, baseline={"raw": RIGHT * 0.5}, min_nodes=1
    ).axes[0]
    assert [c.get_label() for c in axes.containers] == ["a", "b", "raw"]
    lines = [c.lines[0] for c in axes.containers]
    assert len({(line.get_marker(), line.get_linestyle(), str(line._dash_pattern)) for line in lines}) == 3
    assert len({line.get_marker() for line in lines}) == 3
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b", "raw"]


def test_an_array_alone_needs_no_legend_and_a_nameless_baseline_has_one():
    mine = Figure()
    axes = mine.subplots()
    assert degree_accuracy(DEGREES, RIGHT, title="here", ax=axes) is mine
    assert axes.get_legend() is None and axes.get_title() == "here"
    with_baseline = degree_accuracy(DEGREES, {"a": RIGHT}, baseline=~RIGHT).axes[0]
    assert [c.get_label() for c in with_baseline.containers] == ["a", "baseline"]


def test_a_bin_of_one_node_has_no_error_bar():
    axes = degree_accuracy([1, 8], [True, False], min_nodes=1).axes[0]
    bars = axes.containers[0].lines[2][0]
    assert all(np.ptp(segment[:, 1]) == 0 for segment in bars.get_segments())


def test_many_bins_are_named_aslant():
    degrees = 2 ** np.arange(12)
    axes = degree_accuracy(degrees, np.ones(12, dtype=bool), min_nodes=1).axes[0]
    assert ticks(axes)[-1] == "2048–4095 (1)" and axes.get_xticklabels()[0].get_rotation() == 35


def test_what_does_not_fit_is_refused():
    with pytest.raises(DataError, match="correct names no method"):
        degree_accuracy(DEGREES, {})
    with pytest.raises(DataError, match="one number or bool for each of 8 degrees"):
        degree_accuracy(DEGREES, {"a": RIGHT[:3]})
    with pytest.raises(DataError, match="correct has nan in row 0"):
        degree_accuracy(DEGREES, RIGHT, baseline=np.full(8, np.nan))
