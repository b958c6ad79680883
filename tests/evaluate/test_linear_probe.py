from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import linear_probe

# Cora's class shares: the largest has 30.2 % of the nodes.
_SHARES = [0.130, 0.080, 0.154, 0.302, 0.157, 0.110, 0.067]


@pytest.mark.parametrize(("width", "scale"), [(2, 1.0), (128, 0.01)])
def test_random_embeddings_score_the_largest_share(random_splits: Callable, width: int, scale: float) -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice(7, size=2708, p=_SHARES)
    values = scale * rng.normal(size=(2708, width))
    largest = 100 * np.bincount(labels).max() / labels.size
    report = linear_probe(values, labels, random_splits(2708, 10))
    assert abs(report.test_mean - largest) < 5


def test_one_hot_labels_score_100(random_splits: Callable) -> None:
    # At size 1 a hundred steps of 0.01 cannot turn every unlucky initial weight.
    labels = np.random.default_rng(0).choice(7, size=2708, p=_SHARES)
    report = linear_probe(5.0 * np.eye(7)[labels], labels, random_splits(2708, 10))
    assert report.test_mean == report.val_mean == 100.0


def test_permuted_splits_permute_the_report(random_splits: Callable, clusters: Callable) -> None:
    values, labels = clusters(300, 8, 4, spread=3.0)
    splits = random_splits(300, 6)
    order = [3, 0, 5, 1, 4, 2]
    report = linear_probe(values, labels, splits)
    permuted = linear_probe(values, labels, [splits[i] for i in order])
    assert len(set(report.test)) > 1
    assert permuted.test == tuple(report.test[i] for i in order)
    assert permuted.val == tuple(report.val[i] for i in order)


def test_ragged_splits_score_as_each_alone(random_splits: Callable, clusters: Callable) -> None:
    values, labels = clusters(300, 8, 4, spread=3.0)
    splits = random_splits(300, 4)
    for i, split in enumerate(splits):
        split.train = split.train[: 30 - 9 * i]
    together = linear_probe(values, labels, splits)
    alone = [linear_probe(values, labels, [split]) for split in splits]
    assert together.test == tuple(report.test[0] for report in alone)


def test_global_random_state_is_left_alone(random_splits: Callable, clusters: Callable) -> None:
    values, labels = clusters(100, 4, 3)
    splits = random_splits(100, 3)
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = linear_probe(values, labels, splits)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert np.array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    torch.manual_seed(5)
    assert linear_probe(values, labels, splits) == first
    assert linear_probe(values, labels, splits, seed=1) != first


@pytest.mark.filterwarnings("ignore:Sparse")
def test_sparse_and_dense_agree(random_splits: Callable) -> None:
    matrix = sparse.random(300, 80, density=0.05, format="csr", dtype=np.float32, random_state=0)
    labels = np.random.default_rng(0).integers(0, 3, 300)
    splits = random_splits(300, 4)
    dense = linear_probe(matrix.toarray(), labels, splits)
    torch_csr = torch.sparse_csr_tensor(
        torch.from_numpy(matrix.indptr),
        torch.from_numpy(matrix.indices),
        torch.from_numpy(matrix.data),
        (300, 80),
    )
    for other in (matrix, matrix.tocoo(), torch_csr):
        report = linear_probe(other, labels, splits)
        assert report.test == pytest.approx(
            dense.test, abs=0.5
        )  # one row of 240, near a tie, may fall either way


def test_embeddings_are_not_changed(random_splits: Callable, clusters: Callable) -> None:
    values, labels = (torch.from_numpy(a) for a in clusters(100, 4, 3))
    before = values.clone().requires_grad_()
    linear_probe(before, labels, random_splits(100, 2))
    assert torch.equal(before, values)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_agrees_with_cpu(random_splits: Callable, clusters: Callable) -> None:
    values, labels = (torch.from_numpy(a) for a in clusters(500, 16, 4))
    splits = random_splits(500, 4)
    on_cpu = linear_probe(values, labels, splits)
    assert linear_probe(values.cuda(), labels.cuda(), splits).test == pytest.approx(on_cpu.test, abs=0.6)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_odd_cases_give_percentages(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(1, 12))
    width = data.draw(st.integers(1, 3))
    labels = np.array(data.draw(st.lists(st.integers(0, 4), min_size=nodes, max_size=nodes)))
    rows = st.lists(st.integers(0, nodes - 1), min_size=1, max_size=nodes).map(np.array)
    count = data.draw(st.integers(1, 3))
    splits = [
        SimpleNamespace(train=data.draw(rows), val=data.draw(rows), test=data.draw(rows))
        for _ in range(count)
    ]
    values = np.random.default_rng(0).normal(size=(nodes, width))
    report = linear_probe(values, labels, splits, steps=5)
    assert len(report.test) == count
    assert all(0 <= value <= 100 for value in report.val + report.test)


def test_one_training_row_predicts_its_class() -> None:
    labels = np.array([2, 2, 2, 2])
    split = SimpleNamespace(train=np.array([0]), val=np.array([1]), test=np.array([2, 3]))
    assert linear_probe(np.ones((4, 1)), labels, [split]).test == (100.0,)


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ({"steps": -1}, "steps is -1"),
        ({"lr": 0.0}, "lr is 0.0"),
        ({"lr": float("nan")}, "lr is nan"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1"),
        ({"num_classes": 0}, "num_classes is 0"),
    ],
)
def test_settings_out_of_range_are_refused(
    setting: dict[str, float], text: str, random_splits: Callable
) -> None:
    with pytest.raises(ConfigError, match=text):
        linear_probe(np.ones((20, 1)), np.zeros(20, dtype=int), random_splits(20, 1), **setting)  # type: ignore[arg-type]


def test_float_labels_are_refused(random_splits: Callable) -> None:
    with pytest.raises(DataError, match="labels have dtype float64"):
        linear_probe(np.ones((20, 2)), np.zeros(20), random_splits(20, 1))


def test_huge_values_are_refused(random_splits: Callable) -> None:
    values = np.ones((40, 3))
    values[3, 1] = -2e19
    with pytest.raises(DataError, match=r"reach 2e\+19 in size: at most 1e\+18"):
        linear_probe(values, np.arange(40) % 2, random_splits(40, 1))


def test_the_largest_accepted_values_still_train(random_splits: Callable) -> None:
    labels = np.arange(200) % 2
    values = (2.0 * labels - 1.0)[:, None] * 1e18
    assert linear_probe(values, labels, random_splits(200, 4), steps=500).test_mean == 100.0
