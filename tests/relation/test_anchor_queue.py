from __future__ import annotations

from collections import deque

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import ConfigError, DataError
from rgrl.relation import AnchorQueue


@given(data=st.data())
def test_it_is_a_deque_for_batches_of_any_size(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 7))
    queue = AnchorQueue(size, 2, generator=torch.Generator().manual_seed(0))
    expected = deque(queue.rows.tolist(), maxlen=size)
    memory, number = queue.rows.data_ptr(), 0.0
    for count in data.draw(st.lists(st.integers(0, size), max_size=12)):
        batch = torch.tensor([[number + i, -number - i] for i in range(count)]).reshape(count, 2)
        number += count
        queue.enqueue(batch)
        expected.extend(batch.tolist())
        assert queue.oldest_first().tolist() == list(expected)
    assert queue.rows.data_ptr() == memory  # the ring is never moved or copied


def test_first_rows_are_random_of_length_1_and_follow_the_generator() -> None:
    first, again, other = (AnchorQueue(5, 3, generator=torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    torch.testing.assert_close(first.rows.norm(dim=1), torch.ones(5))
    assert torch.equal(first.rows, again.rows)
    assert not torch.equal(first.rows, other.rows)
    before = torch.get_rng_state()
    AnchorQueue(5, 3, generator=torch.Generator())
    assert torch.equal(before, torch.get_rng_state())


def test_rows_and_place_come_back_from_the_state_dict() -> None:
    queue, twin = AnchorQueue(5, 2), AnchorQueue(5, 2)
    queue.enqueue(torch.rand(3, 2))
    twin.load_state_dict(queue.state_dict())
    for each in (queue, twin):
        each.enqueue(torch.arange(8.0).view(4, 2))
    assert torch.equal(queue.rows, twin.rows)
    assert int(twin.position) == 2


def test_rows_carry_no_gradient_and_keep_their_precision() -> None:
    queue = AnchorQueue(2, 2)
    queue.enqueue(torch.ones(1, 2, dtype=torch.bfloat16, requires_grad=True))
    assert not queue.rows.requires_grad
    assert queue.rows.dtype == torch.float32
    assert queue.oldest_first()[-1].tolist() == [1.0, 1.0]


def test_what_does_not_fit_is_refused_and_changes_nothing() -> None:
    queue = AnchorQueue(3, 2)
    before = queue.rows.clone()
    with pytest.raises(DataError, match="the batch has 4 rows: the queue holds 3"):
        queue.enqueue(torch.ones(4, 2))
    with pytest.raises(DataError, match=r"the batch is \[1, 3\]: rows \[b, 2\]"):
        queue.enqueue(torch.ones(1, 3))
    assert torch.equal(queue.rows, before)
    assert int(queue.position) == 0
    for size, width, text in ((0, 2, "size is 0"), (2, 0, "width is 0")):
        with pytest.raises(ConfigError, match=text):
            AnchorQueue(size, width)
