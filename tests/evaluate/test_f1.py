from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from rgrl.evaluate.f1 import f1_scores


@given(data=st.data())
def test_equals_scikit_learn_for_many_labels_a_node(data: st.DataObject) -> None:
    nodes, labels = data.draw(st.integers(1, 6)), data.draw(st.integers(2, 4))
    rows = st.lists(st.lists(st.booleans(), min_size=labels, max_size=labels), min_size=nodes, max_size=nodes)
    truth, answer = torch.tensor(data.draw(rows)), torch.tensor(data.draw(rows))
    micro, macro = f1_scores((truth & answer).sum(0), answer.sum(0), truth.sum(0), absent_count=True)
    for got, average in ((micro, "micro"), (macro, "macro")):
        want = f1_score(truth.numpy(), answer.numpy(), average=average, zero_division=0)
        assert float(got) == pytest.approx(want, abs=1e-12)


@given(data=st.data())
def test_equals_scikit_learn_for_one_class_a_node(data: st.DataObject) -> None:
    nodes = data.draw(st.integers(1, 8))
    numbers = st.lists(st.integers(0, 3), min_size=nodes, max_size=nodes).map(np.array)
    truth, answer = data.draw(numbers), data.draw(numbers)
    counts = [torch.from_numpy(np.bincount(x, minlength=4)) for x in (truth[truth == answer], answer, truth)]
    micro, macro = f1_scores(*counts, absent_count=False)
    for got, average in ((micro, "micro"), (macro, "macro")):
        want = f1_score(truth, answer, average=average, zero_division=0)
        assert float(got) == pytest.approx(want, abs=1e-12)
