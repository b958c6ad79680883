from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import cosine_blocks, similarity_search


def _naive(values: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Expected share over all orders of tied candidates, one query and one candidate at a time."""
    length = np.linalg.norm(values, axis=1)
    total = 0.0
    for i in range(len(values)):
        others = [j for j in range(len(values)) if j != i]
        cosine = {
            j: float(values[i] @ values[j] / (length[i] * length[j])) if length[i] * length[j] else 0.0
            for j in others
        }
        last = sorted(cosine.values(), reverse=True)[k - 1]
        nearer = [j for j in others if cosine[j] > last + 1e-6]
        tied = [j for j in others if abs(cosine[j] - last) <= 1e-6]
        hits = sum(labels[j] == labels[i] for j in nearer)
        total += (hits + (k - len(nearer)) * np.mean([labels[j] == labels[i] for j in tied])) / k
    return total / len(values)


@given(data=st.data())
def test_equals_the_definition_with_and_without_ties(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(3, 9))
    number = st.integers(-2, 2).map(float)  # repeated, opposite and zero rows
    values = np.array(data.draw(st.lists(st.tuples(number, number), min_size=nodes, max_size=nodes)))
    labels = np.array(data.draw(st.lists(st.integers(0, 2), min_size=nodes, max_size=nodes)))
    labels[0], labels[1] = 0, 1
    ks = data.draw(st.lists(st.integers(1, nodes - 1), min_size=1, max_size=3, unique=True))
    report = similarity_search(values, labels, ks=ks)
    for k in ks:
        assert report.mean(f"sim@{k}") == pytest.approx(_naive(values, labels, k), abs=1e-6)


def test_chunks_and_order_change_nothing(clusters: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    values, labels = clusters(150, 6, 3)
    whole = similarity_search(values, labels, ks=(1, 5, 20))
    assert whole.mean("sim@5") == pytest.approx(_naive(values.astype(float), labels, 5), abs=1e-6)
    order = np.random.default_rng(0).permutation(150)
    assert similarity_search(values[order], labels[order], ks=(1, 5, 20)).compare(whole) == {
        "sim@1": 0.0,
        "sim@5": 0.0,
        "sim@20": 0.0,
    }
    monkeypatch.setattr(cosine_blocks, "_BLOCK_BYTES", 4 * 150 * 7)
    for k, share in similarity_search(values, labels, ks=(1, 5, 20)).scores.items():
        assert share == pytest.approx(whole.scores[k])


def test_no_matrix_of_all_pairs_is_made(clusters: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    values, labels = clusters(200, 6, 3)
    sizes = []

    def products(rows: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
        sizes.append(rows.shape[0])
        return rows @ others.T

    monkeypatch.setattr(cosine_blocks, "_BLOCK_BYTES", 4 * 200 * 16)
    monkeypatch.setattr(cosine_blocks, "products", products)
    similarity_search(values, labels)
    assert max(sizes) == 16
    assert sum(sizes) == 200


def test_a_collapsed_embedding_scores_chance() -> None:
    labels = np.repeat([0, 1], [30, 10])
    chance = (30 * 29 + 10 * 9) / 40 / 39
    report = similarity_search(np.full((40, 7), 0.3), labels, ks=(3,))
    assert report.mean("sim@3") == pytest.approx(chance)


def test_rows_restrict_queries_and_candidates(clusters: Callable) -> None:
    values, labels = clusters(80, 6, 3)
    rows = np.random.default_rng(0).permutation(80)[:30]
    assert similarity_search(values, labels, rows=rows) == similarity_search(values[rows], labels[rows])
    hidden = np.full_like(labels, -1)
    hidden[rows] = labels[rows]
    got, want = similarity_search(values, hidden), similarity_search(values, labels, rows=np.sort(rows))
    assert got == want


def test_sparse_equals_dense_and_scale_is_free() -> None:
    matrix = sparse.random(90, 80, density=0.05, format="csr", dtype=np.float32, random_state=0)
    labels = np.arange(90) % 3
    dense = similarity_search(matrix.toarray(), labels)
    for other in (
        matrix,
        1e15 * matrix.toarray(),
        1e-30 * matrix.toarray(),
        torch.from_numpy(matrix.toarray()),
    ):
        report = similarity_search(other, labels)
        assert report.scores["sim@5"] == pytest.approx(dense.scores["sim@5"], abs=1e-6)


def test_same_input_same_bits(clusters: Callable) -> None:
    values, labels = clusters(100, 6, 3)
    assert similarity_search(values, labels) == similarity_search(values, labels)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"ks": (20,)}, "k is 20, but 20 nodes .* 1 to 19"),
        ({"rows": [0, 1, 2]}, "k is 10, but 3 nodes"),
        ({"rows": [0, 1, 1]}, "rows name 1 nodes twice"),
        ({"rows": [0, 20]}, "rows reach from 0 to 20"),
        ({"labels": np.zeros(20, dtype=int)}, "labels name 1 classes"),
        ({"labels": np.arange(20) - 2}, "row 0 has -2"),
        ({"labels": np.arange(19)}, r"shape \[19\]"),
        ({"embeddings": np.full((20, 2), np.nan)}, "40 of 40 values are NaN"),
    ],
)
def test_unusable_data_are_refused(given: dict[str, Any], text: str) -> None:
    arguments: dict[str, Any] = {"embeddings": np.ones((20, 2)), "labels": np.arange(20) % 2} | given
    with pytest.raises(DataError, match=text) as caught:
        similarity_search(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("ks", "text"), [((), "ks is empty"), ((5, 0), "k is 0")])
def test_settings_out_of_range_are_refused(ks: tuple[int, ...], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        similarity_search(np.ones((20, 2)), np.arange(20) % 2, ks=ks)
