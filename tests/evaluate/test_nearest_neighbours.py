from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import sparse

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import cosine_blocks, nearest_neighbours, score_pairs


def rows(nodes: int = 60, width: int = 5) -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(nodes, width)).astype(np.float32)


def cosines_of(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    unit = values.astype(np.float64) / np.linalg.norm(values.astype(np.float64), axis=1, keepdims=True)
    return np.asarray(unit @ unit.T)


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_they_are_those_of_the_whole_matrix_without_the_node_itself(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosine_blocks, "_BLOCK_BYTES", 4 * 60 * block)
    values = rows()
    full = cosines_of(values)
    np.fill_diagonal(full, -np.inf)
    numbers, cosines = nearest_neighbours(values, k=4)
    assert numbers.dtype == np.int64
    assert cosines.dtype == np.float32
    assert np.array_equal(numbers, np.argsort(-full, axis=1)[:, :4])
    np.testing.assert_allclose(cosines, -np.sort(-full, axis=1)[:, :4], atol=1e-6)
    queries = [3, 59, 3, 0]
    for part, whole in zip(nearest_neighbours(values, queries, k=4), (numbers, cosines), strict=True):
        np.testing.assert_allclose(part, whole[queries], atol=1e-6)


def test_sparse_rows_and_tensors_give_the_same() -> None:
    values = rows() * (np.random.default_rng(1).random((60, 5)) < 0.6)
    values[:, 0] += 0.1  # no row of zeros, whose neighbours would be any
    wide = np.hstack([values, np.zeros((60, 95), dtype=np.float32)])
    expected = nearest_neighbours(wide, k=3)
    for form in (torch.from_numpy(wide), sparse.csr_matrix(wide)):
        numbers, cosines = nearest_neighbours(form, k=3)
        assert np.array_equal(numbers, expected[0])
        np.testing.assert_allclose(cosines, expected[1], atol=1e-6)


def test_equal_rows_are_near_each_other_and_no_node_to_itself() -> None:
    numbers, cosines = nearest_neighbours(np.full((30, 7), 0.3), k=29)
    assert cosines.max() <= 1
    for node, others in enumerate(numbers.tolist()):
        assert sorted([node, *others]) == list(range(30))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"k": 0}, ConfigError, "k is 0: 1 or more is needed"),
        ({"k": 60}, DataError, "k is 60: each of 60 nodes has 59 others"),
        ({"queries": [60]}, DataError, "queries reach from 60 to 60: the embeddings' rows are 0 to 59"),
        ({"queries": 3}, DataError, r"queries have shape \[\]: a list of at least one row"),
    ],
)
def test_what_cannot_be_searched_is_named(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        nearest_neighbours(rows(), **arguments)


def test_pairs_are_scored_by_cosine_or_dot_product() -> None:
    values, pairs = rows(), np.random.default_rng(2).integers(0, 60, (2, 40))
    np.testing.assert_allclose(score_pairs(values, pairs), cosines_of(values)[pairs[0], pairs[1]], atol=1e-6)
    dots = (values.astype(np.float64) @ values.T.astype(np.float64))[pairs[0], pairs[1]]
    np.testing.assert_allclose(score_pairs(values, torch.from_numpy(pairs), scorer="dot"), dots, atol=1e-6)
    with pytest.raises(ConfigError, match="scorer is 'hadamard': accepted are 'cosine' and 'dot'"):
        score_pairs(values, pairs, scorer="hadamard")  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"pairs has shape \[40, 2\]: \[2, m\] with at least one pair"):
        score_pairs(values, pairs.T)
