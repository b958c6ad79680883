from __future__ import annotations

import numpy as np
import pytest

from rgrl.datasets.split import Split
from rgrl.errors import DataError


def test_is_read_only_and_apart_from_its_source() -> None:
    source = np.array([0, 1])
    split = Split(train=source, val=np.array([2]), test=np.array([3]), num_nodes=4)
    source[0] = 3
    assert split.train.tolist() == [0, 1]
    assert split.train.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        split.train[0] = 2
    with pytest.raises(AttributeError):
        split.train = source  # type: ignore[misc]


@pytest.mark.parametrize(
    ("train", "val", "test", "complaint"),
    [
        ([], [1], [2], "'train' has shape"),
        ([0], [[1]], [2], "'val' has shape"),
        ([0], [1], [4], "'test' reaches from 4 to 4"),
        ([-1], [1], [2], "'train' reaches from -1"),
        ([0, 0], [1], [2], "'train' repeats"),
        ([0], [1], [2, 0], "'test' repeats"),
        ([0.0], [1], [2], "'train' is float64"),
    ],
)
def test_refuses_what_is_no_split(train: list, val: list, test: list, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        Split(train=np.array(train), val=np.array(val), test=np.array(test), num_nodes=4)
