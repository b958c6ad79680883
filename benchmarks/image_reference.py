"""ReSSL in the straightforward way, written from its description: what ``image_step.py`` measures against.

Whole ``B x m`` matrices for student and teacher, softmax and log-softmax by torch, a queue of columns that
each of the two products reads from a copy of its own, torch's optimiser, and a teacher that follows parameter
by parameter. Backbone, head and views are the package's.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.presets import ReSSLPreset
from rgrl.vision import PixelNorm, ProjectionHead, ResNet18
from rgrl.vision.pretrain import View


class ReferenceRelation(nn.Module):
    """Loss against a queue ``[d, m]``, and the queue's own update."""

    queue: Tensor

    def __init__(self, width: int, size: int, student_temperature: float, teacher_temperature: float) -> None:
        super().__init__()
        self.tau_s, self.tau_t = student_temperature, teacher_temperature
        self.register_buffer("queue", torch.empty(width, size).normal_().div_(width**0.5))
        self.place = 0

    def forward(self, student: Tensor, teacher: Tensor) -> Tensor:
        """Cross-entropy of the two relations, ``[B, d]`` each."""
        of_student = student @ self.queue.clone().detach()
        of_teacher = teacher @ self.queue.clone().detach()
        target = F.softmax(of_teacher / self.tau_t, dim=1)
        return -(target * F.log_softmax(of_student / self.tau_s, dim=1)).sum(1).mean()

    @torch.no_grad()
    def enqueue(self, rows: Tensor) -> None:
        """Overwrite the oldest columns; the batch divides the queue."""
        self.queue[:, self.place : self.place + len(rows)] = rows.T
        self.place = (self.place + len(rows)) % self.queue.shape[1]


class ReferenceStep:
    """Updates with a preset's settings on random images.

    Args:
        preset: The settings; the queue is a multiple of the batch.
        images: uint8 ``[N, 3, H, W]``.
        views: The student's and the teacher's.
    """

    def __init__(self, preset: ReSSLPreset, images: Tensor, views: tuple[View, View]) -> None:
        generator = torch.Generator().manual_seed(0)
        backbone = ResNet18(width=preset.width, norm_splits=preset.norm_splits, generator=generator)
        sizes = (backbone.embedding_dim, preset.projector_hidden, preset.projector_dim)
        device = images.device
        self.student = nn.Sequential(backbone, ProjectionHead(*sizes)).to(device)
        self.teacher = copy.deepcopy(self.student).requires_grad_(False)
        self.normalize = PixelNorm().to(device)
        self.relation = ReferenceRelation(
            preset.projector_dim, preset.queue_size, preset.student_temperature, preset.teacher_temperature
        ).to(device)
        self.optimizer = torch.optim.SGD(
            self.student.parameters(), preset.learning_rate, 0.9, weight_decay=preset.weight_decay
        )
        self.preset, self.images, self.views, self.generator = preset, images, views, generator

    def step(self) -> None:
        """One update."""
        chosen = torch.randint(len(self.images), (self.preset.batch_size,), generator=self.generator)
        batch = self.images[chosen.to(self.images.device)]
        strong, weak = (view(batch, self.generator) for view in self.views)
        with torch.no_grad():
            for mine, theirs in zip(self.teacher.parameters(), self.student.parameters(), strict=True):
                mine.mul_(self.preset.momentum).add_(theirs, alpha=1 - self.preset.momentum)
            teacher = F.normalize(self.teacher(self.normalize(weak)), dim=1)
        student = F.normalize(self.student(self.normalize(strong)), dim=1)
        loss = self.relation(student, teacher)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        self.relation.enqueue(teacher)
