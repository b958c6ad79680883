"""How a node is described by its anchors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Relation:
    """A node's relations to its global and its local anchors, as the teacher and as the student have them.

    Attributes:
        node: The node's number.
        global_anchors: The sampled anchors, int64 ``[m]``.
        global_teacher: Softmax of the teacher's similarities at τ_t, float64 ``[m]``; sums to 1.
        global_student: The same of the student at τ_s, ``[m]``.
        local_anchors: The node's own anchors, int64 ``[k]``, those of largest PageRank first; ``[0]`` for
            a node without edges.
        local_teacher: Softmax of the teacher's similarities at τ_td, ``[k]``.
        local_student: The same of the student at τ_sd, ``[k]``.
    """

    node: int
    global_anchors: Tensor
    global_teacher: Tensor
    global_student: Tensor
    local_anchors: Tensor
    local_teacher: Tensor
    local_student: Tensor

    @property
    def global_divergence(self) -> float:
        """The node's share of G, the divergence of the teacher's relation from the student's, in nats."""
        return _divergence(self.global_teacher, self.global_student)

    @property
    def local_divergence(self) -> float:
        """The node's share of Λ, the same of its local anchors; 0 without any."""
        return _divergence(self.local_teacher, self.local_student)


def _divergence(teacher: Tensor, student: Tensor) -> float:
    return float((torch.xlogy(teacher, teacher) - torch.xlogy(teacher, student)).sum())
