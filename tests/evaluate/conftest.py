from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

Splits = list[SimpleNamespace]


@pytest.fixture(scope="session")
def random_splits() -> Callable[..., Splits]:
    """Splits in the manner of the paper: 80 % test, 10 % validation, the rest train."""

    def make(num_nodes: int, count: int, seed: int = 0) -> Splits:
        rng = np.random.RandomState(seed)
        splits = []
        for _ in range(count):
            order = rng.permutation(num_nodes)
            test, val, train = np.split(order, [int(0.8 * num_nodes), int(0.9 * num_nodes)])
            splits.append(SimpleNamespace(train=train, val=val, test=test))
        return splits

    return make


@pytest.fixture(scope="session")
def clusters() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """Overlapping Gaussian clusters: embeddings [N, d] in float32, labels [N]."""

    def make(num_nodes: int, width: int, classes: int, seed: int = 0, spread: float = 1.5) -> tuple:
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, classes, num_nodes)
        means = rng.normal(size=(classes, width))
        values = means[labels] + spread * rng.normal(size=(num_nodes, width))
        return values.astype(np.float32), labels

    return make
