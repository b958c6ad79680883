"""A graph's own sparse features go where embeddings go, and stay sparse."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.datasets import split_edges
from rgrl.errors import DataError
from rgrl.evaluate import (
    clustering,
    dmgi_evaluation,
    few_shot,
    knn,
    linear_evaluation,
    linear_probe,
    link_prediction,
    logistic_regression,
    multi_label_probe,
    similarity_search,
)
from rgrl.evaluate.checks import checked_embeddings
from rgrl.graph import Graph, SparseFeatures
from rgrl.plot import embedding_coordinates, sample_similarities

LABELS = np.arange(60) % 3
SPLIT = SimpleNamespace(train=range(20), val=range(20, 40), test=range(40, 60))
EDGES = np.stack([np.arange(60), np.roll(np.arange(60), 3)])
EDGES = np.concatenate([EDGES, EDGES[::-1]], axis=1)


def bags() -> Any:
    """A bag of few words a node, three of its class."""
    rng = np.random.default_rng(0)
    words = np.stack([rng.choice(40, 2) for _ in range(60)])
    own = 40 + 20 * LABELS[:, None] + rng.integers(0, 4, (60, 3))
    columns = np.concatenate([words, own], axis=1)
    rows = np.repeat(np.arange(60), columns.shape[1])
    return sparse.csr_matrix((np.ones(rows.size, dtype=np.float32), (rows, columns.ravel())), shape=(60, 100))


EVALUATIONS: dict[str, Callable[[Any], Any]] = {
    "linear_probe": lambda x: linear_probe(x, LABELS, [SPLIT]),
    "logistic_regression": lambda x: logistic_regression(x, LABELS, [SPLIT]),
    "similarity_search": lambda x: similarity_search(x, LABELS, ks=(5,)),
    "clustering": lambda x: clustering(x, LABELS, edge_index=EDGES, runs=2, n_init=2),
    "knn": lambda x: knn(x, LABELS, x, LABELS, ks=(5,)),
    "few_shot": lambda x: few_shot(x, LABELS, shots=(2,), draws=3),
    "multi_label_probe": lambda x: multi_label_probe(x, np.eye(3)[LABELS], [SPLIT], steps=5),
    "link_prediction": lambda x: link_prediction(x, split_edges(Graph.from_edge_index(EDGES, x=bags()))),
    "dmgi_evaluation": lambda x: dmgi_evaluation(x, LABELS, SPLIT, repeats=2, runs=2),
    "linear_evaluation": lambda x: linear_evaluation(x, LABELS, x, LABELS, epochs=2),
    "sample_similarities": lambda x: sample_similarities(x, EDGES).neighbours.tolist(),
    "embedding_coordinates": lambda x: embedding_coordinates(x, method="pca").tolist(),
}
#: Those that work on dense rows, some or all; a map of nodes and batches of rows are made of such.
DENSE = ("multi_label_probe", "few_shot", "dmgi_evaluation", "linear_evaluation", "embedding_coordinates")


@pytest.mark.parametrize("name", EVALUATIONS)
def test_the_scores_are_those_of_the_scipy_matrix(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x = Graph.from_edge_index(EDGES, x=bags()).x
    assert isinstance(x, SparseFeatures)
    before = x.values.clone()
    expected = EVALUATIONS[name](bags())
    if name not in DENSE:
        monkeypatch.setattr(SparseFeatures, "to_dense", _refuse)
        monkeypatch.setattr(sparse.csr_matrix, "toarray", _of_a_part)
    assert EVALUATIONS[name](x) == expected
    assert torch.equal(x.values, before)


def _refuse(*_: Any) -> Any:
    raise AssertionError("sparse features were made dense")


_to_array = sparse.csr_matrix.toarray


def _of_a_part(matrix: Any, *arguments: Any, **named: Any) -> Any:
    """Of products, and of the few rows that k-means begins with."""
    if matrix.shape == (60, 100):
        _refuse()
    return _to_array(matrix, *arguments, **named)


def test_they_are_checked_as_any_sparse_matrix() -> None:
    thin = SparseFeatures.from_scipy(bags())
    found = checked_embeddings(thin)
    assert sparse.issparse(found)
    assert (found != bags()).nnz == 0
    full = checked_embeddings(SparseFeatures.from_scipy(sparse.csr_matrix(np.eye(3))))
    assert isinstance(full, torch.Tensor)  # more than a tenth full
    with pytest.raises(DataError, match="reach 3e\\+19"):
        checked_embeddings(SparseFeatures.from_scipy(1e19 * bags()))


def test_a_sparse_part_beside_a_dense_one_is_compared_densely() -> None:
    x, dense = SparseFeatures.from_scipy(bags()), bags().toarray()
    expected = knn(dense, LABELS, dense, LABELS, ks=(5,))
    assert knn(x, LABELS, dense, LABELS, ks=(5,)) == expected
    assert knn(dense, LABELS, x, LABELS, ks=(5,)) == expected
    assert knn(x, LABELS, x, LABELS, ks=(5,)) == expected


def test_sparse_rows_in_chunks_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x = SparseFeatures.from_scipy(bags())
    whole = knn(x, LABELS, x, LABELS, ks=(1, 5))
    monkeypatch.setattr(import_module("rgrl.evaluate.knn"), "_CHUNK_BYTES", 4 * 60 * 7)
    assert knn(x, LABELS, x, LABELS, ks=(1, 5)) == whole


def test_masked_embeddings_are_refused() -> None:
    masked = np.ma.array(np.ones((60, 2)), mask=False)
    linear_probe(masked, LABELS, [SPLIT])
    masked[3, 1] = np.ma.masked
    with pytest.raises(DataError, match=r"^embeddings: 1 of 120 entries are masked, the first at \[3, 1\]"):
        linear_probe(masked, LABELS, [SPLIT])
