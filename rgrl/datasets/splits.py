"""The paper's twenty random splits, fixed once for all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rgrl.datasets.split import Split
from rgrl.errors import DataError

NUM_SPLITS = 20
MIN_NODES = 10
_TEST_SHARE = 0.8
_VAL_SHARE = 0.1


def random_splits(
    num_nodes: int, count: int = NUM_SPLITS, *, among: npt.NDArray[np.int64] | None = None
) -> tuple[Split, ...]:
    """Draw the paper's random 10 % / 10 % / 80 % splits; the same ones at every call.

    They are successive permutations of one `numpy.random.RandomState(0)`: the first `int(0.8 n)` nodes test,
    the next `int(0.1 n)` validate, the rest train. Not stratified. There is no seed to choose on purpose: two
    results are comparable only on the same splits.

    Args:
        num_nodes: Number of nodes N.
        count: Number of splits; fewer than twenty are the first ones of the twenty.
        among: The n nodes to split, at least 10, such as those with a label; all N when None.

    Returns:
        `count` splits.

    Raises:
        DataError: There are fewer than 10 nodes to split, or `count` is below 1.

    Example:
        >>> random_splits(100)[0].sizes
        (10, 10, 80)
    """
    nodes = np.arange(num_nodes) if among is None else among
    if nodes.size < MIN_NODES:
        told = f"a graph of {num_nodes} nodes" if among is None else f"{nodes.size} of {num_nodes} nodes"
        raise DataError(f"{told} cannot be split 10/10/80; at least {MIN_NODES} nodes are needed")
    if count < 1:
        raise DataError(f"number of splits is {count}; it must be at least 1")
    draw = np.random.RandomState(0)
    num_test, num_val = int(nodes.size * _TEST_SHARE), int(nodes.size * _VAL_SHARE)
    splits = []
    for _ in range(count):
        order = nodes[draw.permutation(nodes.size)]
        splits.append(
            Split(
                train=order[num_test + num_val :],
                val=order[num_test : num_test + num_val],
                test=order[:num_test],
                num_nodes=num_nodes,
            )
        )
    return tuple(splits)
