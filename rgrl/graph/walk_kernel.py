"""The compiled part of random walks; imported only where it runs."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from rgrl.kernels.code_cache import CACHE

# SplitMix64 (Steele, Lea and Flood, 2014): a counter and two rounds of mixing.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 2.0**-53


@numba.njit(nogil=True, cache=CACHE)
def walk(
    numbers: Any, seed: int, starts: Any, crow: Any, col: Any, back: float, away: float, out: Any
) -> None:  # pragma: no cover - compiled
    """Fill the walks' rows of ``out``.

    Each walk has a random stream of its own, by its number and the seed, so that it does not matter which
    thread walks it or when.

    Args:
        numbers: Walks to make, int64 ``[w]``.
        seed: Of all streams.
        starts: First node of every walk, ``[W]``.
        crow: Row pointers of the adjacency, row = source, ``[N + 1]``.
        col: Its columns, ascending in a row, ``[E]``.
        back: Weight of the step back, 1 / p.
        away: Weight of a step to a node that the one before has no edge to, 1 / q. The rest weighs 1.
        out: ``[W, L]``, −1 from where a walk ends at a node without outgoing edges.
    """
    largest = max(back, 1.0, away)
    second_order = back != 1.0 or away != 1.0
    stream = np.empty(1, np.uint64)
    for number in numbers:
        stream[0] = _mixed(_mixed(np.uint64(seed)) + np.uint64(number) * _GAMMA)
        node, before = int(starts[number]), -1
        out[number, 0] = node
        for place in range(1, out.shape[1]):
            start, degree = int(crow[node]), int(crow[node + 1]) - int(crow[node])
            if degree == 0:
                out[number, place:] = -1
                break
            chosen = -1
            # A candidate is drawn evenly and kept with its weight over the largest. Where that would take
            # more tries than there are neighbours, the weights are added up instead.
            for _ in range(degree + 8 if second_order and before >= 0 else 0):
                candidate = int(col[start + int(_unit(stream) * degree)])
                weight = _weight(crow, col, before, candidate, back, away)
                if _unit(stream) * largest < weight:
                    chosen = candidate
                    break
            if chosen < 0 and second_order and before >= 0:
                chosen = _exact_step(crow, col, before, node, back, away, _unit(stream))
            elif chosen < 0:
                chosen = int(col[start + int(_unit(stream) * degree)])
            out[number, place] = chosen
            before, node = node, chosen


@numba.njit(nogil=True, cache=CACHE)
def _exact_step(
    crow: Any, col: Any, before: int, node: int, back: float, away: float, unit: float
) -> int:  # pragma: no cover - compiled
    """The neighbour where the running sum of weights passes ``unit`` of the whole."""
    total = 0.0
    for slot in range(crow[node], crow[node + 1]):
        total += _weight(crow, col, before, col[slot], back, away)
    rest = unit * total
    for slot in range(crow[node], crow[node + 1]):
        rest -= _weight(crow, col, before, col[slot], back, away)
        if rest < 0.0:
            return int(col[slot])
    return int(col[crow[node + 1] - 1])  # what rounding left over


@numba.njit(nogil=True, cache=CACHE)
def _weight(
    crow: Any, col: Any, before: int, candidate: int, back: float, away: float
) -> float:  # pragma: no cover - compiled
    if candidate == before:
        return back
    low, high = int(crow[before]), int(crow[before + 1])
    while low < high:
        middle = (low + high) >> 1
        if col[middle] < candidate:
            low = middle + 1
        else:
            high = middle
    return 1.0 if low < crow[before + 1] and col[low] == candidate else away


@numba.njit(nogil=True, cache=CACHE)
def _unit(stream: Any) -> float:  # pragma: no cover - compiled
    """Advance a stream; a number in [0, 1)."""
    stream[0] += _GAMMA
    return np.float64(_mixed(stream[0]) >> np.uint64(11)) * _TO_UNIT


@numba.njit(nogil=True, cache=CACHE)
def _mixed(value: Any) -> Any:  # pragma: no cover - compiled
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))
