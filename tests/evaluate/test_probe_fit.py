from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import sparse

from rgrl.evaluate import probe_fit
from rgrl.evaluate.probe_fit import fit_dense, fit_sparse, initial_weights
from rgrl.kernels import probe_steps
from rgrl.kernels.tile_product import TILE_COLUMNS, TILE_ROWS, up_to


def _reference(
    values: torch.Tensor, labels: torch.Tensor, start: torch.Tensor, steps: int, weight_decay: float
) -> torch.Tensor:
    """One classifier the ordinary way: a linear layer, autograd and torch's optimiser."""
    layer = torch.nn.Linear(values.shape[1], start.shape[0])
    with torch.no_grad():
        layer.weight.copy_(start[:, :-1])
        layer.bias.copy_(start[:, -1])
    if weight_decay:
        optimiser: torch.optim.Optimizer = torch.optim.AdamW(
            layer.parameters(), 0.01, weight_decay=weight_decay
        )
    else:
        optimiser = torch.optim.Adam(layer.parameters(), 0.01)
    for _ in range(steps):
        optimiser.zero_grad()
        F.cross_entropy(layer(values), labels).backward()
        optimiser.step()
    return torch.cat([layer.weight, layer.bias[:, None]], dim=1).detach()


def _ragged(num_nodes: int, sizes: list[int]) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.permutation(num_nodes)[:size] for size in sizes]


@pytest.mark.parametrize("near", [0, 1 << 20], ids=["in turns", "in a thread's cache"])
@pytest.mark.parametrize("sizes", [[40, 40, 40], [40, 1, 25]], ids=["equal", "ragged"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.01, 50.0])  # the last halves the weights a step
@pytest.mark.parametrize("classes", [1, 4, 5, 7])  # all but 4 are padded
def test_dense_equals_torch(
    monkeypatch: pytest.MonkeyPatch,
    clusters: Callable,
    sizes: list[int],
    weight_decay: float,
    classes: int,
    near: int,
) -> None:
    monkeypatch.setattr(probe_fit, "_CACHE_BYTES", near)
    values, labels = (torch.from_numpy(a) for a in clusters(200, 16, classes))
    train = _ragged(200, sizes)
    weights = initial_weights(train, num_classes=classes, width=16, seed=3)
    start = weights.clone()
    fit_dense(values, labels, train, weights, steps=100, lr=0.01, weight_decay=weight_decay)
    for got, rows, first in zip(weights, train, start, strict=True):
        want = _reference(values[rows], labels[rows], first, 100, weight_decay)
        torch.testing.assert_close(got, want, rtol=0, atol=1e-4)


@pytest.mark.parametrize("block_bytes", [1, 64 << 20], ids=["one split a block", "one block"])
def test_sparse_equals_torch(monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(probe_fit, "_SPARSE_BYTES", block_bytes)
    matrix = sparse.random(200, 60, density=0.05, format="csr", dtype=np.float32, random_state=0)
    labels = np.random.default_rng(0).integers(0, 4, 200)
    train = _ragged(200, [30, 12])
    weights = initial_weights(train, num_classes=4, width=60, seed=0)
    start = weights.clone()
    fit_sparse(matrix, labels, train, weights, steps=100, lr=0.01, weight_decay=0.01)
    for got, rows, first in zip(weights, train, start, strict=True):
        dense = torch.from_numpy(matrix[rows].toarray())
        want = _reference(dense, torch.from_numpy(labels[rows]), first, 100, 0.01)
        torch.testing.assert_close(got, want, rtol=0, atol=1e-4)


def test_initial_weights_are_xavier_with_zero_bias() -> None:
    train = _ragged(50, [5, 5, 5, 5])
    weights = initial_weights(train, num_classes=20, width=30, seed=0)
    bound = (6 / 50) ** 0.5
    assert weights.shape == (4, 20, 31)
    assert not weights[:, :, -1].any()
    assert weights.abs().max() <= bound
    assert weights.abs().max() > 0.95 * bound
    assert abs(float(weights[:, :, :-1].mean())) < 0.02


def test_initial_weights_follow_the_split_not_its_place() -> None:
    train = _ragged(50, [5, 6, 7])
    forward = initial_weights(train, num_classes=3, width=4, seed=0)
    backward = initial_weights(train[::-1], num_classes=3, width=4, seed=0)
    assert torch.equal(forward, backward.flip(0))
    assert torch.equal(forward[:2], initial_weights(train[:2], num_classes=3, width=4, seed=0))
    assert not torch.equal(forward, initial_weights(train, num_classes=3, width=4, seed=1))


def test_equal_splits_start_differently() -> None:
    rows = np.arange(5)
    first, second = initial_weights([rows, rows], num_classes=3, width=4, seed=0)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("scale", [1e-20, 1.0, 1e18])
@pytest.mark.parametrize(("rows", "width"), [(1, 1), (3, 7), (41, 33)])
def test_a_threads_own_splits_are_those_taken_in_turns(
    monkeypatch: pytest.MonkeyPatch, clusters: Callable, rows: int, width: int, scale: float
) -> None:
    values, labels = (torch.from_numpy(a) for a in clusters(200, width, 9))
    train, found = _ragged(200, [rows, rows]), []
    for near in (0, 1 << 20):
        monkeypatch.setattr(probe_fit, "_CACHE_BYTES", near)
        weights = initial_weights(train, num_classes=9, width=width, seed=3)
        fit_dense(values * scale, labels, train, weights, steps=30, lr=0.01, weight_decay=0.0)
        found.append(weights)
    torch.testing.assert_close(*found, rtol=0, atol=1e-3)


def test_many_splits_have_threads_of_their_own_in_blocks(
    monkeypatch: pytest.MonkeyPatch, clusters: Callable
) -> None:
    values, labels = (torch.from_numpy(a) for a in clusters(200, 16, 5))
    train, blocks, found = _ragged(200, [40, 7, 40, 40, 1, 40, 40, 33]), [], []
    kept = probe_steps.probe_steps

    def count(*arguments: Any, **options: Any) -> None:
        blocks.append(arguments[3].shape[0] // TILE_ROWS // 2)  # five classes are two tiles
        kept(*arguments, **options)

    monkeypatch.setattr(probe_steps, "probe_steps", count)
    monkeypatch.setattr(probe_fit, "_CACHE_BYTES", 0)
    split_bytes = 8 * up_to(40, TILE_COLUMNS) * TILE_COLUMNS  # as they are laid out
    for memory in (1, 3 * split_bytes, 256 << 20):
        monkeypatch.setattr(probe_fit, "_MEMORY_BYTES", memory)
        weights = initial_weights(train, num_classes=5, width=16, seed=3)
        fit_dense(values, labels, train, weights, steps=30, lr=0.01, weight_decay=0.01)
        found.append(weights)
    assert blocks == [1] * 8 + [3, 3, 2] + [8]
    assert torch.equal(found[0], found[2])
    assert torch.equal(found[1], found[2])
    start = initial_weights(train, num_classes=5, width=16, seed=3)
    for got, rows, first in zip(found[0], train, start, strict=True):
        want = _reference(values[rows], labels[rows], first, 30, 0.01)
        torch.testing.assert_close(got, want, rtol=0, atol=1e-4)


def test_the_number_of_threads_changes_no_bit(clusters: Callable) -> None:
    values, labels = (torch.from_numpy(a) for a in clusters(300, 24, 5))
    train, found, before = _ragged(300, [30, 28, 30, 9, 30]), [], torch.get_num_threads()
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            weights = initial_weights(train, num_classes=5, width=24, seed=0)
            fit_dense(values, labels, train, weights, steps=50, lr=0.01, weight_decay=0.0)
            found.append(weights)
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(found[0], other) for other in found)
