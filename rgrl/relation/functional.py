"""The relation core: how alike two descriptions of a sample by its anchors are.

A sample is described by the softmax of its similarities to anchors. The student's description is drawn to
the teacher's by the Kullback-Leibler divergence. Nothing here knows of graphs or images.

Both functions walk over blocks of rows, and one walk gives the divergence and, in closed form, its gradient;
the ``[N, m]`` similarities never stand in memory as a whole.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import torch
from torch import Tensor

from rgrl.errors import ConfigError, DataError

Reduction = Literal["mean", "sum"]

#: Similarities of one block of rows: small enough to stay in a core's cache between the passes over it.
_BLOCK_ENTRIES = 1 << 18


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
        ConfigError: If a temperature is not above 0.
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
    return _RelationKL.apply(  # type: ignore[no-untyped-call]
        student, teacher, anchors, student_temperature, teacher_temperature
    )


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
        mask: Which of them count, bool ``[N, k]``; a row without any has divergence 0.
        student_temperature: τ_sd, above 0.
        teacher_temperature: τ_td, above 0.

    Returns:
        ``[N]``, in nats, float32 at least.

    Raises:
        ConfigError: If a temperature is not above 0.
        DataError: If the shapes do not fit together.

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
    return _LocalRelationKL.apply(  # type: ignore[no-untyped-call]
        student, teacher, anchors, index, mask, student_temperature, teacher_temperature
    )


def _check_temperatures(student_temperature: float, teacher_temperature: float) -> None:
    for name, value in (("student", student_temperature), ("teacher", teacher_temperature)):
        if not value > 0:
            raise ConfigError(f"the {name} temperature is {value}: a number above 0 is needed")


def _check_reduction(reduction: str) -> None:
    if reduction not in get_args(Reduction):
        accepted = ", ".join(map(repr, get_args(Reduction)))
        raise ConfigError(f"reduction is {reduction!r}: accepted are {accepted}")


def _compute_dtype(tensor: Tensor) -> torch.dtype:
    return torch.float64 if tensor.dtype == torch.float64 else torch.float32


def _divergence(log_q: Tensor, log_k: Tensor) -> tuple[Tensor, Tensor]:
    """Row sums of k (log k − log q), and k − q in the place of ``log_k``."""
    k = log_k.exp()
    rows = torch.linalg.vecdot(k, log_k.sub_(log_q))
    return rows, log_q.exp_().sub_(k)


class _RelationKL(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, student: Tensor, teacher: Tensor, anchors: Tensor, tau_s: float, tau_t: float
    ) -> Tensor:
        dtype = _compute_dtype(student)
        anchors = anchors.to(dtype)
        needs_grad = ctx.needs_input_grad[0]
        rows = torch.empty(student.shape[0], dtype=dtype, device=student.device)
        grad = torch.empty(student.shape, dtype=dtype, device=student.device) if needs_grad else None
        for start in range(0, student.shape[0], block := _block_rows(anchors.shape[0])):
            part = slice(start, start + block)
            log_q = ((student[part].to(dtype) / tau_s) @ anchors.T).log_softmax(1)
            log_k = ((teacher[part].to(dtype) / tau_t) @ anchors.T).log_softmax(1)
            rows[part], difference = _divergence(log_q, log_k)
            if grad is not None:
                torch.mm(difference, anchors, out=grad[part])
        if grad is not None:
            ctx.save_for_backward(grad.div_(tau_s).to(student.dtype))
        return rows

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (grad,) = ctx.saved_tensors
        return grad * grads[0].unsqueeze(1).to(grad.dtype), None, None, None, None


class _LocalRelationKL(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        student: Tensor,
        teacher: Tensor,
        anchors: Tensor,
        index: Tensor,
        mask: Tensor | None,
        tau_s: float,
        tau_t: float,
    ) -> Tensor:
        dtype = _compute_dtype(student)
        anchors = anchors.to(dtype)
        own = _OwnAnchors(index, anchors)
        log_q, log_k = (
            own.similarities(rows.to(dtype), 1.0 / tau) for rows, tau in ((student, tau_s), (teacher, tau_t))
        )
        if mask is not None:
            # The finite floor keeps rows without any anchor, and the products below, free of NaN.
            floor = torch.finfo(dtype).min
            log_q, log_k = (z.masked_fill_(~mask, floor) for z in (log_q, log_k))
        log_q, log_k = log_q.log_softmax(1), log_k.log_softmax(1)
        if mask is not None:
            log_q, log_k = (z.masked_fill_(~mask, 0.0) for z in (log_q, log_k))
        rows, difference = _divergence(log_q, log_k)
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(own.weighted_sum(difference.div_(tau_s)).to(student.dtype))
        return rows

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        (grad,) = ctx.saved_tensors
        return grad * grads[0].unsqueeze(1).to(grad.dtype), None, None, None, None, None, None


class _OwnAnchors:
    """Products with each row's own anchors, taken where they stand and not gathered into ``[N, k, d]``."""

    def __init__(self, index: Tensor, anchors: Tensor) -> None:
        rows, k = index.shape
        self.anchors = anchors
        index_dtype = torch.int64 if max(rows * k, anchors.shape[0]) >= 2**31 - 1 else torch.int32
        self.crow = torch.arange(0, rows * k + 1, k, device=index.device, dtype=index_dtype)
        self.col, self.shape = index.reshape(-1).to(index_dtype), index.shape

    def _sparse(self, values: Tensor) -> Tensor:
        size = (self.shape[0], self.anchors.shape[0])
        return torch.sparse_csr_tensor(self.crow, self.col, values, size=size, check_invariants=False)

    def similarities(self, rows: Tensor, factor: float) -> Tensor:
        """``factor · rows_i · a_j`` for the anchors j of row i: ``[N, d] -> [N, k]``."""
        pattern = self._sparse(rows.new_zeros(self.col.numel()))
        return (
            torch.sparse.sampled_addmm(pattern, rows, self.anchors.T, beta=0.0, alpha=factor)
            .values()
            .view(self.shape)
        )

    def weighted_sum(self, weight: Tensor) -> Tensor:
        """``Σ_j weight_ij a_j`` over the anchors j of row i: ``[N, k] -> [N, d]``."""
        out = self.anchors.new_empty(self.shape[0], self.anchors.shape[1])
        return torch.addmm(out, self._sparse(weight.view(-1)), self.anchors, beta=0, out=out)


def _block_rows(entries_per_row: int) -> int:
    return max(1, _BLOCK_ENTRIES // entries_per_row)
