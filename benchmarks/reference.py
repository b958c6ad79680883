"""RGRL's training step in the straightforward way, for ``step.py`` to measure against.

Written from the description of the released code: features are copied and masked for each view, PyG's
``GCNConv`` gets a dropped ``edge_index`` with edge weights and normalises it anew in each layer, whole
similarity matrices go through ``softmax`` and ``F.kl_div``, local anchors are gathered into ``[N, k, d]`` for
``bmm``, and EMA walks parameter by parameter. Batch norm uses its running statistics, as it does there from
the second update on.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch_geometric.nn import GCNConv

from rgrl.methods import RGRLPlan
from rgrl.presets import RGRLPreset as Preset


class ReferenceEncoder(nn.Module):
    """Two layers of GCNConv, batch norm, PReLU."""

    def __init__(self, num_features: int, layers: tuple[int, ...]) -> None:
        super().__init__()
        widths = list(zip((num_features, *layers[:-1]), layers, strict=True))
        self.convs = nn.ModuleList(GCNConv(a, b) for a, b in widths)
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, momentum=0.01) for width in layers)
        self.activations = nn.ModuleList(nn.PReLU() for _ in layers)

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
        """Embed: ``[N, F] -> [N, d]``."""
        for conv, norm, activation in zip(self.convs, self.norms, self.activations, strict=True):
            x = activation(norm(conv(x, edge_index, edge_weight)))
        return x


@dataclass(frozen=True)
class ReferenceView:
    """A masked copy of the features and the edges that are left."""

    x: Tensor
    edge_index: Tensor
    edge_weight: Tensor


class ReferenceStep:
    """One update after another, in the straightforward way.

    Args:
        preset: Hyper-parameters.
        plan: The same graph, anchor distribution and local anchors that the package's own step has.
    """

    def __init__(self, preset: Preset, plan: RGRLPlan) -> None:
        graph, self.preset = plan.graph, preset
        device = graph.device
        self.x = graph.x if isinstance(graph.x, Tensor) else graph.x.to_dense()
        self.edge_index = graph.edge_index
        assert plan.local is not None
        self.local_index, self.local_rows = plan.local.index, plan.local.mask.any(dim=1)
        weights = plan.sampler.log_weights.exp().numpy()
        self.probabilities = weights / weights.sum()
        self.random = np.random.RandomState(0)
        self.encoder = ReferenceEncoder(graph.num_features, tuple(preset.layers)).to(device)
        d = preset.layers[-1]
        self.predictor = nn.Sequential(
            nn.Linear(d, preset.predictor_hidden), nn.PReLU(), nn.Linear(preset.predictor_hidden, d)
        ).to(device)
        self.teacher = copy.deepcopy(self.encoder).requires_grad_(False)
        learned = [*self.encoder.parameters(), *self.predictor.parameters()]
        self.optimizer = torch.optim.AdamW(learned, lr=preset.learning_rate, weight_decay=preset.weight_decay)
        self.encoder.eval()
        self.teacher.eval()

    def view(self, feature_mask: float, edge_drop: float) -> ReferenceView:
        """Copy and mask the features, drop edges."""
        x = self.x.clone()
        x[:, torch.rand(x.shape[1], device=x.device) < feature_mask] = 0
        keep = torch.rand(self.edge_index.shape[1], device=x.device) >= edge_drop
        edge_index = self.edge_index[:, keep]
        return ReferenceView(x, edge_index, torch.ones(edge_index.shape[1], device=x.device))

    def loss(self, views: list[ReferenceView], anchors: Tensor) -> Tensor:
        """Return the loss of two views and given anchors."""
        preset = self.preset
        p = [self.predictor(self.encoder(v.x, v.edge_index, v.edge_weight)) for v in views]
        with torch.no_grad():
            t = [self.teacher(v.x, v.edge_index, v.edge_weight) for v in views]
        p, t = [F.normalize(h, dim=1) for h in p], [F.normalize(h, dim=1) for h in t]
        total = torch.zeros((), device=anchors.device)
        for student, teacher in ((p[0], t[1]), (p[1], t[0])):
            shared = teacher[anchors]
            log_q = F.log_softmax(student @ shared.T / preset.student_temperature, dim=1)
            k = F.softmax(teacher @ shared.T / preset.teacher_temperature, dim=1)
            total = total + F.kl_div(log_q, k, reduction="batchmean")
            own = teacher[self.local_index]
            q_logits = torch.bmm(own, student.unsqueeze(-1)).squeeze(-1)
            k_logits = torch.bmm(own, teacher.unsqueeze(-1)).squeeze(-1)
            log_q = F.log_softmax(q_logits / preset.local_student_temperature, dim=1)[self.local_rows]
            k = F.softmax(k_logits / preset.local_teacher_temperature, dim=1)[self.local_rows]
            total = total + preset.local_weight * F.kl_div(log_q, k, reduction="batchmean")
        return total

    def step(self) -> Tensor:
        """Do one update and return its loss."""
        preset, nodes = self.preset, self.x.shape[0]
        views = [
            self.view(mask, drop) for mask, drop in zip(preset.feature_mask, preset.edge_drop, strict=True)
        ]
        chosen = self.random.choice(
            nodes, min(preset.num_anchors, nodes), replace=False, p=self.probabilities
        )
        return self.update(views, torch.from_numpy(chosen).to(self.x.device))

    def update(self, views: list[ReferenceView], anchors: Tensor) -> Tensor:
        """Do an update with given views and anchors, and return its loss."""
        preset = self.preset
        loss = self.loss(views, anchors)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            for target, source in zip(self.teacher.parameters(), self.encoder.parameters(), strict=True):
                target.data = target.data * preset.momentum + source.data * (1 - preset.momentum)
        return loss.detach()
