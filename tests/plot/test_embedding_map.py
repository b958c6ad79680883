from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from rgrl.errors import ConfigError, DataError
from rgrl.plot import embedding_coordinates, embedding_map
from rgrl.plot.look import shades


def rows(count: int) -> torch.Tensor:
    return torch.randn(count, 6, generator=torch.Generator().manual_seed(0))


def drawn(figure: Figure) -> np.ndarray:
    return np.concatenate([c.get_offsets() for c in figure.axes[0].collections])


def names(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def in_order(points: np.ndarray) -> np.ndarray:
    return points[np.lexsort(points.T)]


def test_every_node_is_drawn_once_at_its_coordinates():
    figure = embedding_map(rows(50), torch.arange(50) % 3, method="pca")
    expected = embedding_coordinates(rows(50), method="pca")
    np.testing.assert_allclose(in_order(drawn(figure)), in_order(expected.astype(float)))
    assert figure.axes[0].get_title() == ""


def test_each_class_has_its_points_in_a_mark_and_a_shade_of_its_own():
    labels = torch.arange(50) % 3
    figure = embedding_map(rows(50), labels, method="pca", names=["a", "b", "c"])
    assert names(figure) == ["a", "b", "c"]
    where = embedding_coordinates(rows(50), method="pca")
    styles: dict[int, set[Any]] = {0: set(), 1: set(), 2: set()}
    for c in figure.axes[0].collections:
        for x, y in c.get_offsets():
            node = int(np.abs(where - [x, y]).sum(1).argmin())
            mark = c.get_paths()[0].vertices.tobytes()
            styles[int(labels[node])].add((tuple(c.get_facecolor()[0]), mark))
    (a,), (b,), (c,) = (tuple(styles[i]) for i in range(3))
    assert len({a[0], b[0], c[0]}) == len({a[1], b[1], c[1]}) == 3


def test_without_labels_there_is_no_legend():
    assert embedding_map(rows(9), method="pca").axes[0].get_legend() is None


def test_a_part_of_many_nodes_is_drawn_and_named():
    figure = embedding_map(rows(1200), method="pca", max_points=1000, seed=1)
    assert figure.axes[0].get_title() == "1,000 of 1,200 nodes"
    assert len(drawn(figure)) == 1000
    titled = embedding_map(rows(1200), method="pca", max_points=1000, seed=1, title="mine")
    assert titled.axes[0].get_title() == "mine (1,000 of 1,200 nodes)"
    np.testing.assert_array_equal(in_order(drawn(titled)), in_order(drawn(figure)))
    other = embedding_map(rows(1200), method="pca", max_points=1000, seed=2)
    assert not np.array_equal(in_order(drawn(other)), in_order(drawn(figure)))


def test_of_many_classes_the_largest_have_marks_and_the_others_share_one():
    labels = np.repeat([5, 1, 7, 2, -1], [9, 2, 3, 9, 2])
    figure = embedding_map(rows(25), labels, method="pca", max_classes=2)
    assert names(figure) == ["2", "5", "2 others", "unknown"]
    assert len(drawn(figure)) == 25


def test_pca_names_the_share_of_the_variance():
    figure = embedding_map(torch.diag(torch.tensor([3.0, 2.0, 1.0])), method="pca", normalize=False)
    values = np.linalg.eigvalsh(np.cov(np.diag([3.0, 2.0, 1.0])))[::-1]
    first = round(100 * values[0] / values.sum())
    assert figure.axes[0].get_xlabel() == f"PCA 1 ({first} % of the variance)"
    assert figure.axes[0].get_xticks().size > 0
    assert embedding_map(rows(9)).axes[0].get_xlabel() == "t-SNE 1 (arbitrary unit)"


def test_shades_become_brighter_from_one_to_the_next():
    for count in (2, 5, 12):
        grey = [float(np.dot(to_rgb(c), (0.2126, 0.7152, 0.0722))) for c in shades(count)]
        assert grey == sorted(grey)
        assert min(np.diff(grey)) > 0.02 and grey[-1] < 0.8  # told apart, and seen on white


def test_axes_that_are_given_are_drawn_in():
    mine = Figure()
    left, right = mine.subplots(1, 2)
    assert embedding_map(rows(9), method="pca", title="here", ax=right) is mine
    assert right.get_title() == "here" and not left.collections
    part = Figure().subfigures(1, 2)[0]
    assert embedding_map(rows(9), method="pca", ax=part.subplots()) is part.figure


@pytest.mark.parametrize(
    ("labels", "settings", "error", "message"),
    [
        ([0, 1], {}, DataError, r"shape \[2\]: one integer for each of 9 rows is needed"),
        (np.full(9, 0.5), {}, DataError, "labels are float64"),
        (np.full(9, -2), {}, DataError, "labels reach down to -2"),
        (np.arange(9), {"names": ["a"]}, DataError, "names has 1 entries, but labels reach up to 8"),
        (None, {"max_points": 1}, ConfigError, "max_points is 1: 2 or more"),
        (None, {"max_classes": 0}, ConfigError, "max_classes is 0: 1 to 12"),
        (None, {"max_classes": 13}, ConfigError, "max_classes is 13"),
        (None, {"seed": -1}, ConfigError, "seed is -1"),
        (None, {"method": "mds"}, ConfigError, "method is 'mds'"),
    ],
)
def test_what_does_not_fit_is_refused(labels, settings, error, message):
    with pytest.raises(error, match=message):
        embedding_map(rows(9), labels, **settings)


def test_a_single_row_is_refused():
    with pytest.raises(DataError, match="1 row"):
        embedding_map(rows(1))
