from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import knn

module = import_module("rgrl.evaluate.knn")  # the package's attribute is the function


def _votes(train: np.ndarray, labels: np.ndarray, row: np.ndarray, k: int, temperature: float) -> np.ndarray:
    """Votes of one training row at a time; those tied for the last places share them."""
    cosine = []
    for other in train:
        length = np.linalg.norm(row) * np.linalg.norm(other)
        cosine.append(row @ other / length if length else 0.0)
    last = sorted(cosine, reverse=True)[k - 1]
    nearer = sum(c > last + 1e-6 for c in cosine)
    tied = sum(abs(c - last) <= 1e-6 for c in cosine)
    votes = np.zeros(labels.max() + 1)
    for c, label in zip(cosine, labels, strict=True):
        if c >= last - 1e-6:
            votes[label] += np.exp(c / temperature) * (1 if c > last + 1e-6 else (k - nearer) / tied)
    return votes


def _bounds(
    train: np.ndarray, labels: np.ndarray, test: np.ndarray, wanted: np.ndarray, k: int, temperature: float
) -> tuple[float, float]:
    """Lowest and highest accuracy, as rounding may decide between classes with equal votes."""
    low = high = 0
    for row, own in zip(test, wanted, strict=True):
        votes = _votes(train, labels, row, k, temperature)
        best = np.flatnonzero(votes > votes.max() * (1 - 1e-4))
        low += best.tolist() == [own]
        high += own in best
    return low / len(test), high / len(test)


@given(data=st.data())
def test_equals_the_definition_with_and_without_ties(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 8))
    number = st.integers(-2, 2).map(float)  # repeated, opposite and zero rows
    rows = st.lists(st.tuples(number, number), min_size=count, max_size=count)
    train, test = np.array(data.draw(rows)), np.array(data.draw(rows))
    labels = np.array(data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)))
    k, temperature = data.draw(st.integers(1, count)), data.draw(st.sampled_from((0.1, 1.0)))
    found = knn(train, labels, test, labels, ks=(k,), temperature=temperature).mean(f"accuracy@{k}")
    low, high = _bounds(train, labels, test, labels, k, temperature)
    assert low - 1e-9 <= found <= high + 1e-9


def test_many_neighbours_chunks_and_order_change_nothing(
    clusters: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, labels = clusters(160, 6, 3)
    train, test, own, wanted = values[:100], values[100:], labels[:100], labels[100:]
    whole = knn(train, own, test, wanted, ks=(1, 5, 20, 100))
    for k in (1, 5, 20, 100):
        low, high = _bounds(train.astype(float), own, test.astype(float), wanted, k, 0.1)
        assert low - 1e-9 <= whole.mean(f"accuracy@{k}") <= high + 1e-9
        assert low == high
    assert 0.5 < whole.mean("accuracy@5") < 1  # the case is neither trivial nor hopeless
    order = np.random.default_rng(0).permutation(100)
    assert knn(train[order], own[order], test, wanted, ks=(1, 5, 20, 100)) == whole
    monkeypatch.setattr(module, "_CHUNK_BYTES", 4 * 100 * 7)
    assert knn(train, own, test, wanted, ks=(1, 5, 20, 100)) == whole


def test_no_matrix_of_all_pairs_is_made(clusters: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    values, labels = clusters(200, 6, 3)
    sizes = []
    votes = module._votes

    def counted(cosine: torch.Tensor, *rest: Any) -> torch.Tensor:
        sizes.append(tuple(cosine.shape))
        return votes(cosine, *rest)

    monkeypatch.setattr(module, "_CHUNK_BYTES", 4 * 200 * 16)
    monkeypatch.setattr(module, "_votes", counted)
    knn(values, labels, values, labels, ks=(3,))
    assert max(sizes) == (16, 200)
    assert sum(rows for rows, _ in sizes) == 200


def test_a_collapsed_embedding_scores_the_largest_class() -> None:
    labels = np.repeat([2, 0, 1], [5, 20, 15])
    same = np.full((40, 7), 0.3)
    assert knn(same, labels, same, labels, ks=(3,)).mean("accuracy@3") == 20 / 40


def test_sparse_and_tensors_are_taken_and_scale_is_free() -> None:
    matrix = sparse.random(90, 80, density=0.05, format="csr", dtype=np.float32, random_state=0)
    labels = np.arange(90) % 3
    dense = knn(matrix.toarray(), labels, matrix.toarray(), labels, ks=(5,))
    assert knn(matrix, labels, matrix, torch.from_numpy(labels), ks=(5,)) == dense
    tensor = torch.from_numpy(matrix.toarray())
    assert knn(1e-20 * tensor, labels, 1e15 * tensor, labels, ks=(5,)) == dense


def test_a_low_temperature_is_the_nearest_alone() -> None:
    train, labels = np.array([[1.0, 0.0], [0.9, 0.5], [0.9, 0.5]]), np.array([1, 0, 0])
    test = np.array([[1.0, 0.01]])
    assert knn(train, labels, test, [1], ks=(3,), temperature=1e-4).mean("accuracy@3") == 1
    assert knn(train, labels, test, [1], ks=(3,), temperature=10.0).mean("accuracy@3") == 0


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"ks": (21,)}, "k is 21, but there are 20 train rows"),
        ({"train_labels": np.arange(19)}, r"train: labels have shape \[19\]"),
        ({"test_labels": np.array([0, -1, 0])}, "test: labels are out of range in 1 rows: row 1 has -1"),
        ({"test_embeddings": np.ones((3, 4))}, "train rows have 2 dimensions, test rows 4"),
        ({"test_embeddings": np.full((3, 2), np.nan)}, "test: embeddings: 6 of 6 values are NaN"),
    ],
)
def test_unusable_data_are_refused(given: dict[str, Any], text: str) -> None:
    arguments: dict[str, Any] = {
        "train_embeddings": np.ones((20, 2)),
        "train_labels": np.arange(20) % 2,
        "test_embeddings": np.ones((3, 2)),
        "test_labels": np.array([0, 1, 0]),
        "ks": (5,),
    }
    with pytest.raises(DataError, match=text) as caught:
        knn(**arguments | given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "text"),
    [({"ks": ()}, "ks is empty"), ({"ks": (0,)}, "k is 0"), ({"temperature": 0.0}, "temperature is 0")],
)
def test_settings_out_of_range_are_refused(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        knn(np.ones((3, 2)), [0, 1, 0], np.ones((3, 2)), [0, 1, 0], **given)
