"""The paper's twenty random splits, fixed once for all."""

from __future__ import annotations

import numpy as np

from rgrl.datasets.split import Split
from rgrl.errors import DataError

NUM_SPLITS = 20
MIN_NODES = 10
_TEST_SHARE = 0.8
_VAL_SHARE = 0.1


def random_splits(num_nodes: int, count: int = NUM_SPLITS) -> tuple[Split, ...]:
    """Draw the paper's random 10 % / 10 % / 80 % splits; the same ones at every call.

    They are successive permutations of one `numpy.random.RandomState(0)`: the first `int(0.8 N)` nodes test,
    the next `int(0.1 N)` validate, the rest train. Not stratified. There is no seed to choose on purpose: two
    results are comparable only on the same splits.

    Args:
        num_nodes: Number of nodes N, at least 10.
        count: Number of splits; fewer than twenty are the first ones of the twenty.

    Returns:
        `count` splits.

    Raises:
        DataError: The graph is too small, or `count` is below 1.

    Example:
        >>> random_splits(100)[0].sizes
        (10, 10, 80)
    """
    if num_nodes < MIN_NODES:
        raise DataError(
            f"a graph of {num_nodes} nodes cannot be split 10/10/80; it needs at least {MIN_NODES} nodes"
        )
    if count < 1:
        raise DataError(f"number of splits is {count}; it must be at least 1")
    draw = np.random.RandomState(0)
    num_test, num_val = int(num_nodes * _TEST_SHARE), int(num_nodes * _VAL_SHARE)
    splits = []
    for _ in range(count):
        order = draw.permutation(num_nodes)
        splits.append(
            Split(
                train=order[num_test + num_val :],
                val=order[num_test : num_test + num_val],
                test=order[:num_test],
                num_nodes=num_nodes,
            )
        )
    return tuple(splits)
