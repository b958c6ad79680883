"""RGRL: how a graph becomes a loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph, LocalAnchors, View
from rgrl.graph.augment import Augmentation
from rgrl.graph.require_graph import require_graph
from rgrl.graph.stack_views import stack_views
from rgrl.methods.block_rows import block_rows
from rgrl.methods.checks import checked_views, checked_width, require_nodes
from rgrl.methods.one_pass import fit_in_one_pass, twice_if_small
from rgrl.methods.rgrl_plan import RGRLPlan
from rgrl.nn import Predictor, freeze_batch_norms, inference, l2_normalize
from rgrl.presets.require_relation import require_relation
from rgrl.relation import AnchorSampler, EMATeacher, LocalRelationLoss, RelationLoss, blockwise_sum


class RGRL(nn.Module):
    """Relational self-supervised learning on graphs (Lee, Hyun, Lee and Park, CIKM 2022).

    For views a ≠ b, student rows ``p^a = normalize(g(f(view a)))`` and teacher rows
    ``t^b = normalize(f'(view b))``, the loss is ``G_12 + G_21 + λ (Λ_12 + Λ_21)``: G compares relations to
    global anchors drawn from the teacher's rows, Λ to each node's own (:mod:`rgrl.relation`).

    Args:
        encoder: f, a module that maps a :class:`rgrl.graph.View` to ``[N, d]``; needs ``embedding_dim`` (d).
        views: The two augmentations; student and teacher see the same two.
        predictor_hidden: h, hidden width of the predictor g.
        num_anchors: m, global anchors a step.
        num_local_anchors: k, local anchors of a node.
        student_temperature: τ_s of the global term.
        teacher_temperature: τ_t of the global term.
        local_student_temperature: τ_sd.
        local_teacher_temperature: τ_td.
        alpha: Skew of the anchor distribution.
        beta: Floor of the anchor distribution.
        global_weight: Weight of G; 0 leaves the term out.
        local_weight: λ, weight of Λ; 0 leaves the term out.
        include_self: Whether a node may be its own local anchor.
        momentum: EMA decay of the teacher f'.
        ema_buffers: Average the teacher's buffers too.
        generator: Random stream of the predictor's initial weights.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> import rgrl
        >>> from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
        >>> from rgrl.nn import GCNEncoder
        >>> graph = rgrl.load_dataset("karate").graph
        >>> generator = torch.Generator().manual_seed(0)
        >>> view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])
        >>> model = RGRL(
        ...     GCNEncoder(graph.num_features, (32, 16), generator=generator),
        ...     views=(view, view), num_anchors=16, generator=generator,
        ... )
        >>> for update in rgrl.train(model, graph, epochs=5, generator=generator):
        ...     pass
        >>> model.embed(graph).shape
        torch.Size([34, 16])
    """

    def __init__(
        self,
        encoder: nn.Module,
        *,
        views: Sequence[Augmentation],
        predictor_hidden: int = 512,
        num_anchors: int = 512,
        num_local_anchors: int = 4,
        student_temperature: float = 0.1,
        teacher_temperature: float = 0.01,
        local_student_temperature: float = 0.1,
        local_teacher_temperature: float = 1.0,
        alpha: float = 0.9,
        beta: float = 0.1,
        global_weight: float = 1.0,
        local_weight: float = 1.0,
        include_self: bool = True,
        momentum: float = 0.99,
        ema_buffers: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.views = checked_views(views, "RGRL")
        for name, weight in (("global_weight", global_weight), ("local_weight", local_weight)):
            if not weight >= 0:
                raise ConfigError(f"{name} is {weight}: a number of at least 0 is needed")
        AnchorSampler(torch.ones(1), num_anchors=num_anchors, alpha=alpha, beta=beta)  # checks the three
        if predictor_hidden < 1:
            raise ConfigError(f"predictor_hidden is {predictor_hidden}: at least 1 is needed")
        if num_local_anchors < 1:
            raise ConfigError(f"num_local_anchors is {num_local_anchors}: at least 1 is needed")
        require_relation(
            global_weight=global_weight,
            num_anchors=num_anchors,
            local_weight=local_weight,
            num_local_anchors=num_local_anchors,
        )
        self.num_anchors, self.num_local_anchors = num_anchors, num_local_anchors
        self.alpha, self.beta, self.include_self = alpha, beta, include_self
        self.global_weight, self.local_weight = global_weight, local_weight
        self.encoder = encoder
        self.predictor = Predictor(checked_width(encoder), predictor_hidden, generator=generator)
        self.teacher = EMATeacher(encoder, momentum=momentum, buffers=ema_buffers)
        self.global_loss = RelationLoss(
            student_temperature=student_temperature,
            teacher_temperature=teacher_temperature,
            reduction="sum",
        )
        self.local_loss = LocalRelationLoss(
            student_temperature=local_student_temperature,
            teacher_temperature=local_teacher_temperature,
            reduction="sum",
        )

    def plan(self, graph: Graph, *, cache: Path | None = None) -> RGRLPlan:
        """Compute what stays the same between updates.

        Args:
            graph: The graph.
            cache: Folder that keeps local anchors between runs, see :meth:`LocalAnchors.from_graph`.

        Raises:
            DataError: If the graph has no edges, or a single node for a batch norm.
        """
        if graph.num_edges == 0:
            raise DataError(f"the graph has {graph.num_nodes} nodes and 0 edges: RGRL needs at least 1 edge")
        require_nodes(graph, self.encoder, "RGRL")
        sampler = AnchorSampler(graph.degree, num_anchors=self.num_anchors, alpha=self.alpha, beta=self.beta)
        local = self.local_anchors(graph, cache=cache) if self.local_weight else None
        twice = twice_if_small(graph, self.encoder, self.predictor.hidden_dim)
        return RGRLPlan(graph=graph, sampler=sampler, local=local, twice=twice)

    def local_anchors(self, graph: Graph, *, cache: Path | None = None) -> LocalAnchors:
        """The local anchors D(i) of every node, see :meth:`LocalAnchors.from_graph`."""
        return LocalAnchors.from_graph(
            graph, k=self.num_local_anchors, include_self=self.include_self, cache=cache
        )

    def losses(self, plan: RGRLPlan, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        """Yield the loss of one update in two parts, ``G_12 + λ Λ_12`` and ``G_21 + λ Λ_21``.

        The parts share no activations of the student: take each one's gradient before asking for the next,
        and only one view's activations stand in memory at a time. A small graph takes both views in one pass
        and gives one part.

        Args:
            plan: From :meth:`plan`.
            generator: Random stream of the views and the anchors.

        Yields:
            Scalars; the loss is their sum.
        """
        views = [augment(plan.graph.view(), generator) for augment in self.views]
        yield from self.view_losses(plan, views, generator)

    def view_losses(
        self, plan: RGRLPlan, views: Sequence[View], generator: torch.Generator | None = None
    ) -> Iterator[Tensor]:
        """Yield the loss of given views V, one part a student view: the one place where views meet.

        ``1 / C(V, 2) Σ_{a ≠ b} (G_ab + λ Λ_ab)``: with two views both directions added up, as in the paper;
        with more the sum over ordered pairs, at the same scale.

        Args:
            plan: From :meth:`plan`; one draw of its anchors serves every pair.
            views: At least 2, over the same nodes.
            generator: Random stream of the anchors.

        Yields:
            A scalar for each view as the student's: its loss against every other as the teacher's.
        """
        anchors = plan.sampler(generator).to(plan.graph.device)
        modules = (self.encoder, self.teacher, self.predictor)
        if plan.twice is not None and fit_in_one_pass(views, plan.graph, *modules):
            yield self._loss_of_both(plan, views, plan.twice, anchors)
            return
        with torch.no_grad():
            teacher = [l2_normalize(self.teacher(view)) for view in views]
        scale = 2 / (len(views) * (len(views) - 1))
        for a, view in enumerate(views):
            others = [t for b, t in enumerate(teacher) if b != a]
            yield scale * self._student_loss(plan, self.encoder(view), others, anchors)

    def _student_loss(
        self, plan: RGRLPlan, encoded: Tensor, teachers: Sequence[Tensor], anchors: Tensor
    ) -> Tensor:
        """``Σ_b G_ab + λ Λ_ab`` of one student view; its activations are freed with the loss."""
        return torch.stack([self._head_loss(plan, encoded, t, t[anchors]) for t in teachers]).sum()

    def _head_loss(self, plan: RGRLPlan, encoded: Tensor, t: Tensor, anchors: Tensor) -> Tensor:
        """``G_ab + λ Λ_ab``: every row's share needs only this row of the student."""

        def share(rows: Tensor, part: slice) -> Tensor:
            return self._terms(plan, l2_normalize(self.predictor(rows)), part, t, anchors)

        rows = block_rows(encoded.device, self.predictor.hidden_dim)
        return blockwise_sum(share, encoded, self.predictor.parameters(), block_rows=rows)

    def _terms(self, plan: RGRLPlan, p: Tensor, part: slice, t: Tensor, anchors: Tensor) -> Tensor:
        """The share of some rows p of the student in ``G_ab + λ Λ_ab``."""
        loss = torch.zeros((), device=p.device)
        if self.global_weight:
            loss = loss + self.global_weight / t.shape[0] * self.global_loss(p, t[part], anchors)
        if plan.local is not None:
            own, mask = plan.local.index[part], plan.local.mask[part]
            weight = self.local_weight / plan.local.num_valid
            loss = loss + weight * self.local_loss(p, t[part], t, own, mask)
        return loss

    def _loss_of_both(self, plan: RGRLPlan, views: Sequence[View], twice: Graph, anchors: Tensor) -> Tensor:
        """``G_12 + λ Λ_12 + G_21 + λ Λ_21`` with half as many operations, at twice the activations."""
        stacked = stack_views(views, twice)
        with torch.no_grad():
            first, second = l2_normalize(self.teacher(stacked)).chunk(2)

        def share(rows: Tensor, _: slice) -> Tensor:
            p, q = l2_normalize(self.predictor(rows)).chunk(2)
            everyone = slice(None)
            loss = self._terms(plan, p, everyone, second, second[anchors])
            return loss + self._terms(plan, q, everyone, first, first[anchors])

        encoded = self.encoder(stacked)
        return blockwise_sum(share, encoded, self.predictor.parameters(), block_rows=twice.num_nodes)

    def loss(self, plan: RGRLPlan, generator: torch.Generator | None = None) -> Tensor:
        """Return the scalar loss of one update: two fresh views, one fresh draw of anchors."""
        return torch.stack(list(self.losses(plan, generator))).sum()

    def after_update(self) -> None:
        """Move the teacher, and freeze the statistics of frozen batch norm; call it after each step."""
        self.teacher.update(self.encoder)
        freeze_batch_norms(self)

    def embed(self, graph: Graph) -> Tensor:
        """Embed the nodes with the student's encoder, un-normalised: ``[N, d]``. Changes nothing."""
        require_graph(graph)
        with inference(self.encoder):
            return self.encoder(graph.view())
