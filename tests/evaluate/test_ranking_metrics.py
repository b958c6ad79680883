from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.evaluate.ranking_metrics import hits_at, mean_reciprocal_rank, ranking_metrics

# Few values, so that ties are common.
scores = st.lists(st.integers(-3, 3), min_size=1, max_size=30).map(lambda drawn: np.array(drawn, dtype=float))


@pytest.fixture(scope="module")
def ogb_evaluator() -> Callable[[str], Any]:
    """OGB's evaluator of a dataset's metric, imported so that it asks nobody for updates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "outdated", None)  # ogb starts a thread for it where it can be imported
        from ogb.linkproppred import Evaluator
    return Evaluator


@given(scores, scores, st.integers(1, 35))
def test_hits_are_ogbs(
    ogb_evaluator: Callable[[str], Any], positive: np.ndarray, negative: np.ndarray, k: int
) -> None:
    evaluator = ogb_evaluator("ogbl-collab")
    evaluator.K = k
    for convert in (torch.from_numpy, np.asarray):
        expected = evaluator.eval({"y_pred_pos": convert(positive), "y_pred_neg": convert(negative)})
        assert hits_at(positive, negative, k) == expected[f"hits@{k}"]


@given(scores, scores)
def test_mrr_is_ogbs(ogb_evaluator: Callable[[str], Any], positive: np.ndarray, negative: np.ndarray) -> None:
    shared = torch.from_numpy(negative).expand(positive.size, -1)
    expected = ogb_evaluator("ogbl-citation2").eval(
        {"y_pred_pos": torch.from_numpy(positive), "y_pred_neg": shared}
    )
    found = mean_reciprocal_rank(positive, negative)
    assert found == pytest.approx(float(expected["mrr_list"].mean()), rel=1e-6)


@given(scores, scores)
def test_auc_and_average_precision_are_their_definitions(positive: np.ndarray, negative: np.ndarray) -> None:
    found = ranking_metrics(positive, negative)
    wins = (positive[:, None] > negative).mean() + 0.5 * (positive[:, None] == negative).mean()
    assert found["auc"] == pytest.approx(wins)
    # Precision at the level of each positive, ties taken together, is what average precision averages.
    both = np.concatenate([positive, negative])
    precision = [(positive >= score).sum() / (both >= score).sum() for score in positive]
    assert found["ap"] == pytest.approx(np.mean(precision))
    assert list(found) == ["auc", "ap", "hits@10", "hits@50", "hits@100", "mrr"]
    assert all(0 <= value <= 1 for value in found.values())


def test_metrics_stand_under_their_names() -> None:
    positive, negative = np.array([5.0, 149.5, 120.5]), np.arange(200.0)
    found = ranking_metrics(positive, negative)
    assert (found["hits@10"], found["hits@50"], found["hits@100"]) == (0, 0, 2 / 3)
    assert found["mrr"] == pytest.approx((1 / 195.5 + 1 / 51 + 1 / 80) / 3)
    assert ranking_metrics(positive, negative[:9])["hits@10"] == 1  # as ogb: fewer than ten negatives
