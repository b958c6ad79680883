from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.errors import ConfigError
from rgrl.relation import EMATeacher, ema_update


def test_update_is_the_formula_and_leaves_the_student():
    student = nn.Linear(3, 2)
    teacher = EMATeacher(student, momentum=0.9)
    before = teacher.module.weight.clone()
    with torch.no_grad():
        student.weight += 1.0
    kept = student.weight.detach().clone()
    teacher.update(student)
    torch.testing.assert_close(teacher.module.weight, 0.9 * before + 0.1 * kept)
    assert torch.equal(student.weight, kept)


def test_teacher_is_a_copy_without_gradient():
    student = nn.Linear(3, 2)
    teacher = EMATeacher(student)
    assert not any(p.requires_grad for p in teacher.parameters())
    assert not teacher(torch.ones(1, 3)).requires_grad
    assert student.weight.requires_grad


@pytest.mark.parametrize("buffers", [False, True])
def test_buffers_move_only_when_asked(buffers):
    student = nn.BatchNorm1d(2)
    teacher = EMATeacher(student, momentum=0.5, buffers=buffers)
    student.running_mean.fill_(4.0)
    teacher.update(student)
    assert teacher.module.running_mean.tolist() == ([2.0, 2.0] if buffers else [0.0, 0.0])


def test_momentum_is_checked():
    with pytest.raises(ConfigError, match=r"momentum is 1\.5"):
        EMATeacher(nn.Linear(1, 1), momentum=1.5)
    with pytest.raises(ConfigError, match=r"momentum is -0\.1"):
        ema_update(nn.Linear(1, 1), nn.Linear(1, 1), momentum=-0.1)


class _DrawnAnew(nn.Linear):
    """Copied as torch-geometric 2.6 copies its linear layers."""

    def __deepcopy__(self, memo):
        other = _DrawnAnew(self.in_features, self.out_features)
        other.load_state_dict(self.state_dict())
        return other


def test_copying_leaves_the_global_random_stream_alone():
    student, state = _DrawnAnew(3, 2), torch.get_rng_state()
    teacher = EMATeacher(student)
    assert torch.equal(state, torch.get_rng_state())
    assert torch.equal(teacher.module.weight, student.weight)
