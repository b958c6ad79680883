from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.errors import DataError
from rgrl.evaluate.checks import (
    checked_classes,
    checked_embeddings,
    checked_labels,
    checked_rows,
    checked_splits,
    require_finite,
)

_ROWS = [(np.array([0]), np.array([1]), np.array([2]))]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (np.ones(3), r"shape \[3\]"),
        (np.ones((0, 3)), r"shape \[0, 3\]"),
        (np.ones((3, 0)), r"shape \[3, 0\]"),
        (np.ones((3, 2), dtype=complex), "complex128"),
        (torch.ones(3, 2, dtype=torch.complex64), "complex64"),
        (np.array([["a"]]), "dtype <U1"),
        (torch.tensor([[1e19]]), "reach 1e\\+19"),
        (sparse.csr_matrix([[0.0] * 19 + [-1e19]]), "reach 1e\\+19"),
        (torch.tensor([[1.0, float("inf")], [float("nan"), 0.0]]), "2 of 4 .* the first in row 0"),
        (sparse.csr_matrix(np.array([[0.0] * 20, [np.nan] + [0.0] * 19])), "1 of 40 .* row 1"),
        (sparse.csr_matrix(np.eye(3, dtype=complex)), "complex128"),
    ],
)
def test_unusable_embeddings_are_refused(values: Any, text: str) -> None:
    with pytest.raises(DataError, match=text) as caught:
        checked_embeddings(values)
    assert "\n" not in str(caught.value)


def test_large_finite_values_pass() -> None:
    values = torch.full((3, 4), 1e18)
    assert torch.equal(checked_embeddings(values), values)
    require_finite(torch.full((3, 4), 3e38))  # their sum would overflow


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int32, torch.bool])
def test_real_dtypes_become_float32(dtype: torch.dtype) -> None:
    assert checked_embeddings(torch.ones(2, 2).to(dtype)).dtype == torch.float32


def test_sparse_input_stays_sparse_only_while_it_pays() -> None:
    thin = sparse.random(50, 50, density=0.05, format="coo", random_state=0)
    full = sparse.random(50, 50, density=0.5, format="csr", random_state=0)
    assert sparse.issparse(checked_embeddings(thin))
    dense = checked_embeddings(full)
    assert isinstance(dense, torch.Tensor)
    np.testing.assert_allclose(dense.numpy(), full.toarray(), rtol=1e-6)


@pytest.mark.parametrize(
    ("labels", "classes", "text"),
    [
        (np.zeros(3), None, "dtype float64"),
        (torch.zeros(3), None, "dtype float32"),
        (np.zeros(3, dtype=bool), None, "dtype bool"),
        (np.zeros(4, dtype=int), None, r"shape \[4\]: one label for each of 3 rows"),
        (np.array([0, -2, 1]), None, "1 rows: row 1 has -2, 0 to 1 are accepted"),
        (np.array([0, -1, 1]), None, "row 1 has -1, .*; rows whose label is unknown belong in no split"),
        (np.array([0, 1, 5]), 2, "row 2 has 5, 0 to 1 are accepted"),
        (np.array([-1, -1, -1]), None, "0 and up are accepted"),
    ],
)
def test_unusable_labels_are_refused(labels: Any, classes: int | None, text: str) -> None:
    with pytest.raises(DataError, match=text):
        checked_labels(labels, 3, _ROWS, classes)


def test_rows_outside_every_split_need_no_label() -> None:
    labels, classes = checked_labels(np.array([0, 1, 2, -1], dtype=np.int16), 4, _ROWS, None)
    assert classes == 3
    assert labels.dtype == np.int64


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"train": np.array([], dtype=int)}, r"train rows of split 0 have shape \[0\]"),
        ({"val": np.array([], dtype=int)}, "validation rows of split 0"),
        ({"test": np.array([3])}, "test rows of split 0 reach from 3 to 3: the embeddings' rows are 0 to 2"),
        ({"train": np.array([-1])}, "reach from -1"),
        ({"train": np.array([True, False, True])}, "dtype bool"),
        ({"val": np.array([[1]])}, r"shape \[1, 1\]"),
    ],
)
def test_unusable_splits_are_refused(change: dict[str, np.ndarray], text: str) -> None:
    train, val, test = _ROWS[0]
    split = SimpleNamespace(**{"train": train, "val": val, "test": test, **change})
    with pytest.raises(DataError, match=text):
        checked_splits([split], 3)


def test_no_splits_are_refused() -> None:
    with pytest.raises(DataError, match="no splits"):
        checked_splits([], 3)


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (np.array([0, 1, -2]), "row 2 has -2, 0 and up, or -1, are accepted"),
        (np.array([3, -1, 3]), "labels name 1 classes: at least 2"),
        (np.array([0.0, 1.0, 2.0]), "dtype float64"),
        (np.array([0, 1]), r"shape \[2\]"),
    ],
)
def test_unusable_classes_are_refused(labels: np.ndarray, text: str) -> None:
    with pytest.raises(DataError, match=text):
        checked_classes(labels, 3)


def test_rows_may_be_a_tensor() -> None:
    assert checked_rows(torch.tensor([2, 0]), "rows", 3).tolist() == [2, 0]
    with pytest.raises(DataError, match="rows reach from 0 to 3"):
        checked_rows(torch.tensor([3, 0]), "rows", 3)
