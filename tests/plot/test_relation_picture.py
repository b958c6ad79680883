from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rgrl.errors import ConfigError, DataError
from rgrl.plot import Relation, relation_picture


def values(*numbers: float) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


BEFORE = Relation(
    node=7,
    global_anchors=torch.tensor([10, 11, 12, 13]),
    global_teacher=values(0.7, 0.1, 0.1, 0.1),
    global_student=values(0.25, 0.25, 0.25, 0.25),
    local_anchors=torch.tensor([7, 3]),
    local_teacher=values(0.5, 0.5),
    local_student=values(0.9, 0.1),
)
AFTER = replace(
    BEFORE, global_teacher=values(0.05, 0.15, 0.2, 0.6), global_student=values(0.1, 0.2, 0.2, 0.5)
)


def heights(axes) -> list[list[float]]:
    return [[bar.get_height() for bar in bars] for bars in axes.containers]


def ticks(axes) -> list[str]:
    return [text.get_text() for text in axes.get_xticklabels()]


def test_bars_are_the_probabilities_of_teacher_and_student():
    figure = relation_picture(BEFORE)
    left, right = figure.axes
    np.testing.assert_allclose(heights(left), [[0.7, 0.1, 0.1, 0.1], [0.25] * 4])
    np.testing.assert_allclose(heights(right), [[0.5, 0.5], [0.9, 0.1]])
    assert ticks(left) == ["10", "11", "12", "13"] and ticks(right) == ["self", "3"]
    assert left.get_title() == f"global anchors\nKL {BEFORE.global_divergence:.2f} nats"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["teacher", "student"]


def test_the_rest_of_the_anchors_is_one_bar_and_all_add_up_to_1():
    left = relation_picture(BEFORE, top=1).axes[0]
    np.testing.assert_allclose(heights(left), [[0.7, 0.3], [0.25, 0.75]])
    assert ticks(left) == ["10", "other 3"]


def test_both_rows_have_the_order_of_the_last_teacher():
    figure = relation_picture(BEFORE, AFTER, top=2)
    upper, _, lower, _ = figure.axes
    assert ticks(lower) == ["13", "10", "other 2"]
    np.testing.assert_allclose(heights(upper), [[0.1, 0.7, 0.2], [0.25, 0.25, 0.5]])
    np.testing.assert_allclose(heights(lower), [[0.6, 0.05, 0.35], [0.5, 0.1, 0.4]])
    assert [axes.get_ylabel().splitlines()[0] for axes in (upper, lower)] == [
        "before training",
        "after training",
    ]
    assert upper.get_ylim() == lower.get_ylim()


def test_teacher_and_student_are_told_apart_without_colours():
    teacher, student = relation_picture(BEFORE).axes[0].containers
    assert teacher[0].get_hatch() is None and student[0].get_hatch()


def of_many(count: int) -> Relation:
    """A teacher at a small temperature and a student that spreads, against so many anchors."""
    cosines = torch.rand(count, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return replace(
        BEFORE,
        global_anchors=torch.arange(count) + 10,
        global_teacher=(cosines / 0.05).softmax(0),
        global_student=(cosines / 0.5).softmax(0),
    )


@pytest.mark.parametrize("count", [16, 64, 256, 1024])
def test_the_foremost_anchors_are_seen_however_many_there_are(count):
    figure = relation_picture(of_many(count), of_many(count))
    figure.draw_without_rendering()
    for axes in figure.axes[::2]:
        for bars in axes.containers:
            visible = [bar.get_window_extent() for bar in bars[:-1]]
            tallest = max(min(box.y1, axes.bbox.y1) - max(box.y0, axes.bbox.y0) for box in visible)
            assert tallest > 0.09 * axes.bbox.height


def test_the_scale_is_logarithmic_only_where_the_sum_would_hide_the_others():
    few, many = relation_picture(of_many(16)), relation_picture(of_many(1024), of_many(1024))
    assert [axes.get_yscale() for axes in few.axes] == ["linear", "linear"]
    assert [axes.get_yscale() for axes in many.axes] == ["log", "linear"] * 2
    assert relation_picture(of_many(1024), top=1024).axes[0].get_yscale() == "linear"  # no sum, all as it is
    left = many.axes[0]
    assert left.get_ylim()[0] == pytest.approx(0.1 / 1024)
    assert left.get_ylabel() == "before training\nprobability (log)"
    assert [t.get_text() for t in many.legends[0].get_texts()] == ["teacher", "student", "even share, 1/1024"]
    relation = of_many(1024)
    np.testing.assert_allclose([sum(each) for each in heights(left)], 1)
    np.testing.assert_allclose(heights(left)[0][:8], relation.global_teacher.sort(descending=True).values[:8])


def test_the_sum_of_the_rest_stands_apart_and_is_called_so():
    for relation, top in ((BEFORE, 2), (of_many(256), 8)):
        axes = relation_picture(relation, top=top).axes[0]
        places = axes.get_xticks()
        np.testing.assert_allclose(np.diff(places), [1] * (top - 1) + [1.5])
        (text,) = axes.texts
        assert (text.get_text(), text.xy[0]) == ("sum", places[-1])
    assert not relation_picture(BEFORE).axes[0].texts


def test_nodes_may_have_names():
    left, right = relation_picture(BEFORE, names=[f"n{i}" for i in range(14)]).axes
    assert ticks(left)[0] == "n10" and ticks(right) == ["self", "n3"]


def test_a_node_without_local_anchors_says_so():
    none = replace(
        BEFORE, local_anchors=torch.empty(0).long(), local_teacher=values(), local_student=values()
    )
    assert [text.get_text() for text in relation_picture(none).axes[1].texts] == ["none"]


@pytest.mark.parametrize(
    ("after", "settings", "error", "message"),
    [
        (None, {"top": 0}, ConfigError, "top is 0: 1 or more"),
        (None, {"names": ["a"] * 13}, DataError, "names has 13 entries, but node 13 is an anchor"),
        (replace(AFTER, node=8), {}, DataError, "of nodes 7 and 8"),
        (
            replace(AFTER, global_anchors=torch.tensor([10, 11, 12, 14])),
            {},
            DataError,
            "different global anchors",
        ),
        (replace(AFTER, local_anchors=torch.tensor([7, 4])), {}, DataError, "different local anchors"),
    ],
)
def test_what_cannot_be_compared_is_refused(after, settings, error, message):
    with pytest.raises(error, match=message):
        relation_picture(BEFORE, after, **settings)
