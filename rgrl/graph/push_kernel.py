"""The compiled part of the personalised PageRank push; imported only where it runs.

Indices are unsigned where it counts: numba spares them the test for negative ones, a fifth of the time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np

from rgrl.kernels.code_cache import CACHE

# Left at a node that was pushed, so that a residual of 0 means a node that was never reached. Far below
# every threshold, and lost in the first sum that it enters.
_PUSHED = 1e-300


class Workspace(NamedTuple):
    """One thread's arrays; masses are zero between two seeds.

    Attributes:
        settled: float64 ``[N]``, mass that has come to rest.
        residual: float64 ``[N]``, mass that still walks.
        touched: ``[N + 1]``, the nodes reached, in this order; one place to spare.
        pushed: ``[N]``, the nodes pushed, in this order.
        queue: A ring, a power of two above N; no node stands in it twice.
    """

    settled: Any
    residual: Any
    touched: Any
    pushed: Any
    queue: Any

    @classmethod
    def empty(cls, nodes: int, dtype: Any) -> Workspace:
        """Arrays for a graph of N nodes whose numbers are of this type."""
        return cls(
            settled=np.zeros(nodes),
            residual=np.zeros(nodes),
            touched=np.empty(nodes + 1, dtype),
            pushed=np.empty(nodes, dtype),
            queue=np.empty(1 << nodes.bit_length(), dtype),
        )


@numba.njit(nogil=True, cache=CACHE)
def push_seeds(
    seeds: Any,
    crow: Any,
    col: Any,
    threshold: Any,
    inverse_root_degree: Any,
    restart: float,
    negligible: float,
    include_self: bool,
    workspace: Workspace,
    index: Any,
    score: Any,
) -> None:  # pragma: no cover - compiled
    """Fill the seeds' rows of ``index`` and ``score``.

    Forward push (Andersen, Chung and Lang, 2006): residual mass is settled at a node in the share
    ``restart`` and handed on to its neighbours, until no node holds more than its threshold.

    Args:
        seeds: int64 ``[S]``.
        crow: Row pointers of ``A + I``, ``[N + 1]``.
        col: Its columns, ``[E]``.
        threshold: float64 ``[E]``, above 1e-300: the tolerance times the degree of each entry's column. It
            stands beside the columns so that a neighbour costs one access out of order, to its residual.
        inverse_root_degree: float64 ``[N]``.
        restart: α.
        negligible: A score above that of any node that was never pushed.
        include_self: Whether a seed may be among its own anchors.
        workspace: For this thread alone.
        index: int64 ``[N, k]``, with −1 where there is nothing to put.
        score: float32 ``[N, k]``, with 0 there. What an earlier call put into a row is replaced.
    """
    settled, residual, touched, pushed, queue = workspace
    ring = queue.size - 1
    k = index.shape[1]
    for seed in seeds:
        index[seed] = -1
        score[seed] = 0.0
        touched[0] = seed
        queue[0] = seed
        touched_count, pushed_count, head, tail = 1, 0, 0, 1
        residual[seed] = 1.0
        while head != tail:
            node = np.uint64(queue[head & ring])
            head += 1
            if settled[node] == 0.0:
                pushed[pushed_count] = node
                pushed_count += 1
            mass = residual[node]
            residual[node] = _PUSHED
            settled[node] += restart * mass + _PUSHED  # never 0 again, whatever α: it is `pushed` once
            start, stop = np.uint64(crow[node]), np.uint64(crow[node + np.uint64(1)])
            share = (1.0 - restart) * mass / (stop - start)
            for slot in range(start, stop):
                neighbour, limit = np.uint64(col[slot]), threshold[slot]
                before = residual[neighbour]
                after = before + share
                residual[neighbour] = after
                # Written always and counted where it holds: half the time of branches nobody can predict.
                touched[np.uint64(touched_count)] = neighbour
                touched_count += before == 0.0
                queue[np.uint64(tail & ring)] = neighbour
                tail += before <= limit < after
        filled = 0
        for i in range(pushed_count):
            node = pushed[i]
            if node != seed or include_self:
                # What is left at a node will settle there in the share `restart` at the least. Rounding to
                # single precision makes ties of what differs by the order of the sums alone.
                value = np.float32((settled[node] + restart * residual[node]) * inverse_root_degree[node])
                filled = _insert(index[seed], score[seed], filled, node, value)
        if filled < k or score[seed, k - 1] <= negligible:
            for i in range(touched_count):
                node = touched[i]
                if settled[node] == 0.0:
                    value = np.float32(restart * residual[node] * inverse_root_degree[node])
                    filled = _insert(index[seed], score[seed], filled, node, value)
        for i in range(touched_count):
            residual[np.uint64(touched[i])] = 0.0
        for i in range(pushed_count):
            settled[pushed[i]] = 0.0


@numba.njit(nogil=True, cache=CACHE)
def _insert(
    index: Any, score: Any, filled: int, node: int, value: float
) -> int:  # pragma: no cover - compiled
    """Put a node in its place, by falling score and rising number; return how many places are filled."""
    if filled == index.size:
        place = filled - 1
        if value < score[place] or (value == score[place] and node > index[place]):
            return filled
    else:
        place = filled
        filled += 1
    while place > 0 and (value > score[place - 1] or (value == score[place - 1] and node < index[place - 1])):
        score[place] = score[place - 1]
        index[place] = index[place - 1]
        place -= 1
    score[place] = value
    index[place] = node
    return filled
