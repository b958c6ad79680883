"""The relation core: how alike two descriptions of a sample by its anchors are.

A sample is described by the softmax of its similarities to anchors. The student's description is drawn to
the teacher's by the Kullback-Leibler divergence. Nothing here knows of graphs or images.

One walk over the rows gives the divergence and, in closed form, its gradient; the ``[N, m]`` similarities
never stand in memory as a whole.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rgrl.errors import ConfigError, DataError
from rgrl.relation.global_term import global_term
from rgrl.relation.local_term import local_term

Reduction = Literal["mean", "sum"]


def relation_kl(
    student: Tensor,
    teacher: Tensor,
    anchors: Tensor,
    *,
    student_temperature: float,
    teacher_temperature: float,
) -> Tensor:
    """Divergence of each sample's relation to shared anchors, teacher from student (RGRL's global term).

    ``KL( softmax_s(t_i · a_s / τ_t) || softmax_s(p_i · a_s / τ_s) )`` for every row i. ReSSL's loss is the
    same with a queue as anchors, up to the teacher's entropy. Only the student receives a gradient,
    ``(q_i − k_i)ᵀ A / τ_s``; teacher and anchors are constants. Similarities are dot products, so pass
    L2-normalised rows for cosines.

    Args:
        student: p, ``[N, d]``.
        teacher: t, ``[N, d]``.
        anchors: a, ``[m, d]``, rows of a teacher.
        student_temperature: τ_s, above 0.
        teacher_temperature: τ_t, above 0.

    Returns:
        ``[N]``, in nats, float32 at least, whatever the input's precision.

    Raises:
        ConfigError: If a temperature is not above 0, or is to be learned.
        DataError: If the shapes do not fit together.

    Example:
        >>> rows = torch.nn.functional.normalize(torch.eye(4), dim=1)
        >>> relation_kl(rows, rows, rows, student_temperature=0.1, teacher_temperature=0.1).sum().item()
        0.0
    """
    _check_temperatures(student_temperature, teacher_temperature)
    if student.shape != teacher.shape or student.ndim != 2:
        raise DataError(
            f"student {list(student.shape)} and teacher {list(teacher.shape)} must share one shape [N, d]"
        )
    if anchors.ndim != 2 or anchors.shape[1] != student.shape[1] or anchors.shape[0] == 0:
        raise DataError(f"anchors {list(anchors.shape)} must be [m, {student.shape[1]}] with m at least 1")
    needs_grad = torch.is_grad_enabled() and student.requires_grad
    with torch.no_grad():
        rows, grad = global_term(
            student, teacher, anchors, student_temperature, teacher_temperature, needs_grad=needs_grad
        )
    return rows if grad is None else _WithGradient.apply(student, rows, grad)  # type: ignore[no-untyped-call]


def local_relation_kl(
    student: Tensor,
    teacher: Tensor,
    anchors: Tensor,
    index: Tensor,
    mask: Tensor | None = None,
    *,
    student_temperature: float,
    teacher_temperature: float,
) -> Tensor:
    """Divergence of each sample's relation to anchors of its own (RGRL's local term).

    As :func:`relation_kl`, with row i's anchors ``anchors[index[i]]``.

    Args:
        student: p, ``[N, d]``.
        teacher: t, ``[N, d]``.
        anchors: Rows to choose from, ``[M, d]``.
        index: Rows of ``anchors`` that are i's own, int64 ``[N, k]``.
        mask: Which of them count, bool ``[N, k]``; a row without any has divergence 0. Where it is false,
            ``index`` may hold anything.
        student_temperature: τ_sd, above 0.
        teacher_temperature: τ_td, above 0.

    Returns:
        ``[N]``, in nats, float32 at least.

    Raises:
        ConfigError: If a temperature is not above 0, or is to be learned.
        DataError: If the shapes do not fit together, or (on a CPU) an index is out of range.

    Example:
        >>> rows, pairs = torch.eye(2), torch.tensor([[0, 1], [1, 0]])
        >>> local_relation_kl(
        ...     rows, rows, rows, pairs, student_temperature=0.1, teacher_temperature=0.1
        ... ).sum().item()
        0.0
    """
    _check_temperatures(student_temperature, teacher_temperature)
    if student.shape != teacher.shape or student.ndim != 2:
        raise DataError(
            f"student {list(student.shape)} and teacher {list(teacher.shape)} must share one shape [N, d]"
        )
    if anchors.ndim != 2 or anchors.shape[1] != student.shape[1]:
        raise DataError(f"anchors {list(anchors.shape)} must be [M, {student.shape[1]}]")
    if index.ndim != 2 or index.shape[0] != student.shape[0] or index.shape[1] == 0:
        raise DataError(f"index {list(index.shape)} must be [{student.shape[0]}, k] with k at least 1")
    if mask is not None and mask.shape != index.shape:
        raise DataError(f"mask {list(mask.shape)} must have the shape of index, {list(index.shape)}")
    if index.is_floating_point() or index.is_complex() or index.dtype == torch.bool:
        raise DataError(f"index has dtype {index.dtype}: integers are needed")
    if mask is not None and mask.dtype != torch.bool:
        raise DataError(f"mask has dtype {mask.dtype}: bool is needed")
    index = index.long() if mask is None else index.long().masked_fill(~mask, 0)
    if index.device.type == "cpu" and index.numel():  # elsewhere the look would wait for the device
        low, high = (int(bound) for bound in torch.aminmax(index))
        if low < 0 or high >= anchors.shape[0]:
            raise DataError(
                f"index reaches from {low} to {high}: anchors 0 to {anchors.shape[0] - 1} are accepted"
            )
    with torch.no_grad():
        rows, grad = local_term(
            student, teacher, anchors, index, mask, student_temperature, teacher_temperature
        )
    if not (torch.is_grad_enabled() and student.requires_grad):
        return rows
    return _WithGradient.apply(student, rows, grad)  # type: ignore[no-untyped-call]


def _check_temperatures(student_temperature: float, teacher_temperature: float) -> None:
    for name, value in (("student", student_temperature), ("teacher", teacher_temperature)):
        if isinstance(value, Tensor) and value.requires_grad:
            raise ConfigError(f"the {name} temperature requires a gradient: none reaches it, give a number")
        if not value > 0:
            raise ConfigError(f"the {name} temperature is {value}: a number above 0 is needed")


def _check_reduction(reduction: str) -> None:
    if reduction not in get_args(Reduction):
        accepted = ", ".join(map(repr, get_args(Reduction)))
        raise ConfigError(f"reduction is {reduction!r}: accepted are {accepted}")


class _WithGradient(torch.autograd.Function):
    """Rows of a loss whose gradient in the student's rows is known already."""

    @staticmethod
    def forward(ctx: Any, student: Tensor, rows: Tensor, grad: Tensor) -> Tensor:
        ctx.save_for_backward(grad)
        return rows

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (grad,) = ctx.saved_tensors
        return grad * grads[0].unsqueeze(1).to(grad.dtype), None, None
