"""The compiled part of the personalised PageRank push; imported only where it runs."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np


@numba.njit(nogil=True, cache=True)
def push_block(
    first: int,
    last: int,
    crow: Any,
    col: Any,
    inverse_root_degree: Any,
    restart: float,
    tolerance: float,
    include_self: bool,
    index: Any,
    score: Any,
) -> None:  # pragma: no cover - compiled
    """Fill rows ``first`` to ``last`` of ``index`` and ``score``.

    Forward push (Andersen, Chung and Lang, 2006): residual mass is settled at a node in the share
    ``restart`` and handed on to its neighbours, until no node holds ``tolerance`` times its degree.
    """
    nodes, k = crow.size - 1, index.shape[1]
    settled = np.zeros(nodes)
    residual = np.zeros(nodes)
    queued = np.zeros(nodes, dtype=np.bool_)
    reached = np.zeros(nodes, dtype=np.bool_)
    touched = np.empty(nodes, dtype=np.int64)
    queue = np.empty(nodes, dtype=np.int64)  # a ring: no node stands in it twice
    for seed in range(first, last):
        touched_count = 1
        touched[0] = seed
        reached[seed] = True
        residual[seed] = 1.0
        head, length = 0, 1
        queue[0] = seed
        queued[seed] = True
        while length > 0:
            node = queue[head]
            head += 1
            if head == nodes:
                head = 0
            length -= 1
            queued[node] = False
            mass = residual[node]
            residual[node] = 0.0
            settled[node] += restart * mass
            share = (1.0 - restart) * mass / (crow[node + 1] - crow[node])
            for slot in range(crow[node], crow[node + 1]):
                neighbour = col[slot]
                residual[neighbour] += share
                if not reached[neighbour]:
                    reached[neighbour] = True
                    touched[touched_count] = neighbour
                    touched_count += 1
                degree = crow[neighbour + 1] - crow[neighbour]
                if not queued[neighbour] and residual[neighbour] > tolerance * degree:
                    queued[neighbour] = True
                    tail = head + length
                    queue[tail if tail < nodes else tail - nodes] = neighbour
                    length += 1
        filled = 0
        for i in range(touched_count):
            node = touched[i]
            # What is left at a node will settle there in the share `restart` at the least. Rounding to
            # single precision makes ties of what differs by the order of the sums alone.
            value = np.float32((settled[node] + restart * residual[node]) * inverse_root_degree[node])
            settled[node] = 0.0
            residual[node] = 0.0
            reached[node] = False
            if node == seed and not include_self:
                continue
            if filled == k:
                worst = k - 1
                if value < score[seed, worst] or (value == score[seed, worst] and node > index[seed, worst]):
                    continue
            else:
                worst = filled
                filled += 1
            while worst > 0 and (
                value > score[seed, worst - 1]
                or (value == score[seed, worst - 1] and node < index[seed, worst - 1])
            ):
                score[seed, worst] = score[seed, worst - 1]
                index[seed, worst] = index[seed, worst - 1]
                worst -= 1
            score[seed, worst] = value
            index[seed, worst] = node
