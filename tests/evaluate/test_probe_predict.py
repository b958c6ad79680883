from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse

from rgrl.evaluate import probe_predict
from rgrl.evaluate.probe_predict import predict, score


@pytest.mark.parametrize("chunk", [7, 1000])
def test_predictions_equal_the_plain_formula(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(probe_predict, "_CHUNK_ROWS", chunk)
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(50, 6, generator=generator)
    weights = torch.randn(3, 4, 7, generator=generator)
    want = torch.stack([(values @ w[:, :-1].T + w[:, -1]).argmax(dim=1) for w in weights])
    assert torch.equal(predict(values, weights), want)
    assert torch.equal(predict(sparse.csr_matrix(values.numpy()), weights), want)


def test_score_counts_each_part() -> None:
    labels = np.array([0, 1, 0, 1])
    predictions = torch.tensor([[0, 1, 1, 1], [1, 0, 0, 0]])
    parts = (np.array([0]), np.array([0, 1]), np.array([1, 2, 3, 3]))
    report = score(predictions, labels, [parts, parts])
    assert report.val == (100.0, 0.0)
    assert report.test == (75.0, 25.0)
