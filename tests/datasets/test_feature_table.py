from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rgrl.datasets.feature_table import FeatureTable
from rgrl.errors import DataError


def table(**change: Any) -> FeatureTable:
    parts: dict[str, Any] = {
        "ids": ["a", "b", "c"],
        "columns": ["age", "size"],
        "x": np.arange(6, dtype=np.float32).reshape(3, 2),
        "labels": None,
    }
    return FeatureTable(**{**parts, **change})


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["red", "blue", "red"], [1, 0, 1]),
        (["2", "0", "1"], [2, 0, 1]),
        (["10", "9", "10"], [1, 0, 1]),
        (["2020", "x", "2019"], [1, 2, 0]),
        (["1.0", "0.5", "1.0"], [1, 0, 1]),
        (["1_0", "10", "1_1"], [1, 0, 2]),
        (["99999999999999999999", "1", "1"], [1, 0, 0]),
        (["x", "", "a"], [1, -1, 0]),
        (["10", "-1", "9"], [1, -1, 0]),
        (["10.0", "", "9.0"], [1, -1, 0]),
        (["1.0", "-1.0", ""], [0, -1, -1]),
        (["", "-1", ""], [-1, -1, -1]),
    ],
)
def test_labels_are_numbered_in_sorted_order(labels: list[str], classes: list[int]) -> None:
    found = table(labels=labels).classes
    assert found is not None
    assert found.dtype == np.int64
    assert found.tolist() == classes


def test_nodes_are_the_rows() -> None:
    assert table().node_of == {"a": 0, "b": 1, "c": 2}
    assert table().classes is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ids": [], "x": np.empty((0, 2), np.float32)}, "there is no row"),
        ({"columns": ["age", "age"]}, "column 'age' stands twice"),
        ({"ids": ["a", "", "c"]}, "row 2 has no node id"),
        ({"ids": ["c", "a", "c"]}, "node id 'c' stands twice, in rows 1 and 3"),
        ({"x": np.array([[0, 1], [2, np.nan], [0, 0]])}, r"column 'size', row 2 \(node 'b'\): nan is not"),
        ({"x": np.array([[np.inf, 1], [2, 3], [0, 0]])}, r"column 'age', row 1 \(node 'a'\): inf is not"),
        ({"labels": ["", "1", "-2"]}, r"column 'label', row 3 \(node 'c'\) is -2; labels are 0 or larger"),
    ],
)
def test_refuses_what_is_no_table_of_nodes(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        table(**change)
