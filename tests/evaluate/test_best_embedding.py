from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import BestEmbedding, ProbeReport


def shown(scores: list[float], patience: int | None = None) -> tuple[BestEmbedding, list[bool], int]:
    """What was kept, which were better, and how many were looked at."""
    best, better = BestEmbedding(patience=patience), []
    for update, score in enumerate(scores):
        better.append(best.offer(update, torch.full((2, 2), float(update)), score))
        if best.is_over:
            break
    return best, better, len(better)


def test_the_earliest_of_the_best_is_kept() -> None:
    best, better, _ = shown([0.2, 0.5, 0.5, 0.4, 0.6, 0.6, 0.1])
    assert (best.update, best.score, best.report) == (4, 0.6, None)
    assert best.embedding.tolist() == [[4.0, 4.0]] * 2
    assert better == [True, True, False, False, True, False, False]


@pytest.mark.parametrize(("patience", "looked_at", "update"), [(1, 3, 1), (2, 6, 3), (3, 7, 3), (None, 9, 7)])
def test_patience_counts_evaluations_without_a_better_one(patience, looked_at, update) -> None:
    best, _, count = shown([0.1, 0.5, 0.4, 0.6, 0.6, 0.2, 0.1, 0.9, 0.1], patience)
    assert (count, best.update) == (looked_at, update)


def test_scores_may_all_be_below_zero() -> None:
    assert shown([-3.0, -2.0, -4.0])[0].update == 1


def test_test_scores_take_no_part_and_come_with_the_choice() -> None:
    reports = [ProbeReport(val=(val, val), test=(test, test)) for val, test in ((60, 99), (70, 50), (70, 98))]
    best = BestEmbedding()
    for update, report in enumerate(reports):
        best.offer(update, torch.zeros(1, 1), report)
    assert (best.update, best.score) == (1, 70)
    assert best.report is reports[1]


def test_what_is_changed_in_place_later_was_kept_as_it_was() -> None:
    best, weight, array = BestEmbedding(), torch.nn.Parameter(torch.ones(2, 2)), np.ones((2, 2))
    best.offer(0, weight, 1.0)
    with torch.no_grad():
        weight.zero_()
    assert best.embedding.tolist() == [[1.0, 1.0]] * 2 and not best.embedding.requires_grad
    best.offer(1, array, 2.0)
    array[:] = 0
    assert best.embedding.tolist() == [[1.0, 1.0]] * 2


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_is_refused_and_changes_nothing(score) -> None:
    best = BestEmbedding(patience=1)
    best.offer(0, torch.zeros(1, 1), 0.5)
    with pytest.raises(DataError, match=f"score of update 3 is {score}: a finite one"):
        best.offer(3, torch.ones(1, 1), score)
    assert (best.update, best.score, best.is_over) == (0, 0.5, False)


def test_without_an_offer_there_is_nothing() -> None:
    with pytest.raises(DataError, match="no embedding was offered"):
        _ = BestEmbedding().embedding
    assert not BestEmbedding(patience=1).is_over


def test_patience_is_checked() -> None:
    with pytest.raises(ConfigError, match="patience is 0: 1 or more"):
        BestEmbedding(patience=0)
