"""Micro- and macro-F1 of many classifiers from counts."""

from __future__ import annotations

import torch
from torch import Tensor


def f1_scores(
    hits: Tensor, predicted: Tensor, actual: Tensor, *, absent_count: bool
) -> tuple[Tensor, Tensor]:
    """Micro- and macro-F1, float64 ``[...]`` each.

    The F1 of a class is 2 hits / (predicted + actual), and 0 where both are 0. Micro-F1 takes the sums over
    the classes, macro-F1 the mean of the classes' own.

    Args:
        hits: Nodes of each class that were predicted to be of it, ``[..., C]``.
        predicted: Nodes predicted to be of each class, ``[..., C]``.
        actual: Nodes of each class, ``[..., C]``.
        absent_count: Whether a class that is neither predicted nor actual has a place in the mean: yes for
            labels of which a node has any number, no for one class a node, as in scikit-learn.

    Example:
        >>> counts = torch.tensor([[2, 0], [2, 1], [3, 1]])
        >>> micro, macro = f1_scores(*counts, absent_count=True)
        >>> round(float(micro), 4), round(float(macro), 4)
        (0.5714, 0.4)
    """
    total = (predicted + actual).double()
    each = 2 * hits / total.clamp(min=1)
    places = torch.full_like(total, 1.0) if absent_count else (total > 0).double()
    micro = 2 * hits.sum(dim=-1) / total.sum(dim=-1).clamp(min=1)
    return micro, each.sum(dim=-1) / places.sum(dim=-1).clamp(min=1)
