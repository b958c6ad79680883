from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

import rgrl.relation.workspace as module
from rgrl.relation import relation_kl
from rgrl.relation.workspace import keep_workspaces, workspace

CPU = torch.device("cpu")


def place(shape, dtype=torch.float32):
    with workspace(shape, dtype, CPU) as room:
        assert room.shape == shape and room.dtype == dtype and room.is_contiguous()
        room.fill_(1)
        return room.untyped_storage()


def test_what_was_given_back_is_taken_again_by_what_fits():
    with keep_workspaces():
        first = place((6, 4))
        assert place((6, 4)).data_ptr() == place((2, 3), torch.bfloat16).data_ptr() == first.data_ptr()
        larger = place((7, 4))
        assert larger.data_ptr() != first.data_ptr()
        assert place((6, 4)).data_ptr() == larger.data_ptr()


def test_the_smallest_that_fits_is_taken():
    with keep_workspaces():
        with workspace((9,), torch.float32, CPU) as large, workspace((3,), torch.float32, CPU) as small:
            places = large.data_ptr(), small.data_ptr()
        with workspace((2,), torch.float32, CPU) as small, workspace((4,), torch.float32, CPU) as large:
            assert (large.data_ptr(), small.data_ptr()) == places


def test_nothing_is_kept_outside_and_all_is_let_go_at_the_end(monkeypatch):
    monkeypatch.setattr(module, "_keepers", 0)
    monkeypatch.setattr(module, "_free", [])
    place((3, 2))
    assert not module._free
    with keep_workspaces():
        with pytest.raises(KeyError), keep_workspaces(), workspace((3, 2), torch.float32, CPU):
            raise KeyError
        assert len(module._free) == 1
    assert not module._free


def test_two_at_once_are_two():
    with keep_workspaces(), ThreadPoolExecutor(1) as other:
        place((5, 5))
        with workspace((5, 5), torch.float32, CPU) as mine:
            mine.fill_(3)
            other.submit(place, (5, 5)).result()
            with workspace((5, 5), torch.float32, CPU) as inner:
                inner.fill_(2)
            assert (mine == 3).all()


def test_another_default_device_changes_nothing():
    rows = torch.eye(3)
    with torch.device("meta"), keep_workspaces():
        found = relation_kl(rows, rows, rows, student_temperature=0.1, teacher_temperature=0.1)
    assert found.tolist() == [0, 0, 0]
