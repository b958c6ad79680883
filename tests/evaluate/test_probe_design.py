from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from rgrl.evaluate import linear_probe, logistic_regression, probe_design
from rgrl.evaluate.probe_design import block_size, gather, padded_classes


def test_blocks_hold_what_fits() -> None:
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert block_size(271, 128, 7, cpu) >= 20  # Cora: all splits of the paper at once
    assert block_size(271, 128, 7, gpu) > block_size(271, 128, 7, cpu)
    assert block_size(2_000_000, 512, 40, cpu) == 1  # larger than the limit: one at a time
    rows = 100_000
    assert block_size(rows, 128, 40, gpu) * rows * (129 + 80) * 4 <= 256 << 20


def test_classes_are_padded_to_fours() -> None:
    assert [padded_classes(count) for count in (1, 4, 5, 7, 8, 15, 40)] == [4, 4, 8, 8, 8, 16, 40]


def test_gathered_rows_end_in_one_and_padding_in_zero() -> None:
    values, labels = torch.arange(8.0).view(4, 2), torch.tensor([0, 2, 1, 0])
    design, target, share = gather(values, labels, [np.array([3, 1]), np.array([2])], 2, 3)
    assert design.tolist() == [[[6, 7, 1], [2, 3, 1]], [[4, 5, 1], [0, 0, 0]]]
    assert target.tolist() == [[[1, 0], [0, 0], [0, 1]], [[0, 0], [1, 0], [0, 0]]]
    assert share.flatten().tolist() == [0.5, 1.0]


@pytest.mark.parametrize("evaluate", [linear_probe, logistic_regression])
def test_blocks_do_not_change_the_scores(
    monkeypatch: pytest.MonkeyPatch, random_splits: Callable, clusters: Callable, evaluate: Callable
) -> None:
    values, labels = clusters(300, 8, 4, spread=3.0)
    splits = random_splits(300, 5)
    together = evaluate(values, labels, splits).to_dict()
    monkeypatch.setattr(probe_design, "_MEMORY_BYTES", 1)
    alone = evaluate(values, labels, splits).to_dict()
    assert alone["test"] == pytest.approx(together["test"], abs=0.5)  # one row of 240, near a tie
