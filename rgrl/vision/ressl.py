"""ReSSL: how images become a loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError, DataError
from rgrl.nn.inference import inference
from rgrl.nn.l2_normalize import l2_normalize
from rgrl.relation import AnchorQueue, EMATeacher, RelationLoss
from rgrl.vision.info_nce import info_nce
from rgrl.vision.pixel_norm import IMAGENET_MEAN, IMAGENET_STD, PixelNorm
from rgrl.vision.projection_head import ProjectionHead
from rgrl.vision.split_batch_norm import SplitBatchNorm


class ReSSL(nn.Module):
    """Relational self-supervised learning on images (Zheng et al., NeurIPS 2021).

    For a strongly augmented view of a batch and a weakly augmented one, with student rows
    ``p = normalize(h(f(strong)))`` and teacher rows ``t = normalize(h'(f'(weak)))``, the loss is the mean
    over the images of ``KL( softmax_s(t_i · a_s / τ_t) || softmax_s(p_i · a_s / τ_s) )``: the relation core's
    :func:`rgrl.relation.relation_kl`, with a queue of past teacher rows as anchors a. The paper's
    cross-entropy is larger by the teacher's entropy, which no gradient sees. Several student views (the
    multi-crop of the paper) share one teacher view, and the loss is their mean.

    The teacher follows the student and the queue takes the teacher's rows after each step, so a row is never
    among the anchors that describe it.

    Args:
        backbone: f, a module that maps images ``[B, 3, H, W]`` to ``[B, d]``.
        embedding_dim: d; None for ``backbone.embedding_dim``.
        projector_hidden: Hidden width of the head h.
        projector_dim: Width of the rows, and of the queue.
        queue_size: m, anchors; no batch may be larger.
        student_temperature: τ_s.
        teacher_temperature: τ_t.
        momentum: EMA decay of the teacher, backbone and head.
        predictor_hidden: Hidden width of a second head, of the student only, as the journal version has one;
            None for none, as the conference version.
        infonce_warmup: Updates over which InfoNCE's share of the loss falls evenly from 1 to 0, against the
            same queue at τ_s; the journal version warms up with InfoNCE. 0 for none.
        mean: Mean of each colour, of pixels in [0, 1].
        std: Deviation of each colour.
        generator: Random stream of heads and queue.

    Raises:
        ConfigError: If an argument is out of range, or the backbone's width unknown.

    Example:
        >>> from rgrl.vision import ResNet18
        >>> generator = torch.Generator().manual_seed(0)
        >>> model = ReSSL(ResNet18(width=4, generator=generator), queue_size=8, generator=generator)
        >>> images = torch.rand(4, 3, 32, 32, generator=generator)
        >>> loss = model.loss([images.flip(3)], images)
        >>> loss.backward()
        >>> model.after_update()
        >>> model.embed(images).shape
        torch.Size([4, 32])
    """

    updates: Tensor

    def __init__(
        self,
        backbone: nn.Module,
        *,
        embedding_dim: int | None = None,
        projector_hidden: int = 2048,
        projector_dim: int = 128,
        queue_size: int = 4096,
        student_temperature: float = 0.1,
        teacher_temperature: float = 0.04,
        momentum: float = 0.99,
        predictor_hidden: int | None = None,
        infonce_warmup: int = 0,
        mean: Sequence[float] = IMAGENET_MEAN,
        std: Sequence[float] = IMAGENET_STD,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        width = getattr(backbone, "embedding_dim", None) if embedding_dim is None else embedding_dim
        if not isinstance(width, int):
            name = type(backbone).__name__
            raise ConfigError(f"the backbone {name} has no embedding_dim: give the width of its vectors")
        if infonce_warmup < 0:
            raise ConfigError(f"infonce_warmup is {infonce_warmup}: a number of updates from 0 is needed")
        self.normalize = PixelNorm(mean, std)
        head = ProjectionHead(width, projector_hidden, projector_dim, generator=generator)
        self.student = _Branch(backbone, head, width)
        self.teacher = EMATeacher(self.student, momentum=momentum)
        self.predictor: nn.Module = nn.Identity()
        if predictor_hidden is not None:
            widths = (projector_dim, predictor_hidden, projector_dim)
            self.predictor = ProjectionHead(*widths, generator=generator)
        self.queue = AnchorQueue(queue_size, projector_dim, generator=generator)
        self.relation = RelationLoss(
            student_temperature=student_temperature, teacher_temperature=teacher_temperature
        )
        self.infonce_warmup = infonce_warmup
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))
        self.shuffles = any(isinstance(part, SplitBatchNorm) for part in backbone.modules())
        self._arrived: Tensor | None = None

    @property
    def backbone(self) -> nn.Module:
        """The student's backbone f, whose features are the embedding."""
        return self.student.backbone

    @property
    def embedding_dim(self) -> int:
        """Width of the embedding, d."""
        return self.student.embedding_dim

    def losses(
        self, views: Sequence[Tensor], teacher_view: Tensor, generator: torch.Generator | None = None
    ) -> Iterator[Tensor]:
        """Yield each student view's share of the loss of one update.

        The shares have no activations in common: take each one's gradient before asking for the next. The
        teacher's rows are kept for :meth:`after_update`, in place of those of an earlier call. Arguments are
        looked at when the first share is asked for.

        Args:
            views: The student's, each ``[B, 3, h, w]``, of any size; uint8, or floats in [0, 1].
            teacher_view: The teacher's, of the same images in the same order.
            generator: Random stream of the teacher's order, where the backbone has split batch norm.

        Yields:
            Scalars; the loss is their sum.

        Raises:
            DataError: If there is no view, the batches differ, or are larger than the queue.
        """
        count = teacher_view.shape[0]
        if not views or any(view.shape[0] != count for view in views):
            sizes = ", ".join(str(view.shape[0]) for view in views) or "none"
            raise DataError(
                f"the student's views have {sizes} images: {count} each, as the teacher's, are needed"
            )
        if count > self.queue.size:
            raise DataError(f"the batch has {count} images: the queue holds {self.queue.size} at most")
        t = self._arrived = self._taught(teacher_view, generator)
        share = self._infonce_share()
        for view in views:
            p = l2_normalize(self.predictor(self.student(self.normalize(view))))
            loss = self.relation(p, t, self.queue.rows)
            if share > 0:
                contrast = info_nce(p, t, self.queue.rows, temperature=self.relation.student_temperature)
                loss = (1 - share) * loss + share * contrast.mean()
            yield loss / len(views)

    def loss(
        self, views: Sequence[Tensor], teacher_view: Tensor, generator: torch.Generator | None = None
    ) -> Tensor:
        """Return the scalar loss of one update, the sum of :meth:`losses`."""
        return torch.stack(list(self.losses(views, teacher_view, generator))).sum()

    def after_update(self) -> None:
        """Move the teacher, then put the rows it gave for the last loss in the queue; after each step."""
        self.teacher.update(self.student)
        self.updates.add_(1)
        if self._arrived is not None:
            self.queue.enqueue(self._arrived)
            self._arrived = None

    def embed(self, images: Tensor, *, batch_size: int = 256) -> Tensor:
        """Embed images with the student's backbone, without head and un-normalised. Changes nothing.

        Args:
            images: ``[N, 3, H, W]``, uint8 or floats in [0, 1], on any device.
            batch_size: Images at a time.

        Returns:
            ``[N, d]``, on the model's device.

        Raises:
            DataError: If the images have another shape, or there are none.
        """
        if images.ndim != 4 or images.shape[0] == 0:
            raise DataError(f"the images are {list(images.shape)}: [N, 3, H, W] with N at least 1 is needed")
        if batch_size < 1:
            raise ConfigError(f"batch_size is {batch_size}: at least 1 is needed")
        device = self.updates.device
        with inference(self.student):
            parts = [
                self.backbone(self.normalize(part.to(device))) for part in torch.split(images, batch_size)
            ]
        return torch.cat(parts)

    @torch.no_grad()
    def _taught(self, view: Tensor, generator: torch.Generator | None) -> Tensor:
        """The teacher's rows; with split batch norm it sees the batch in an order of its own."""
        if not self.shuffles:
            return l2_normalize(self.teacher(self.normalize(view)))
        order = torch.randperm(view.shape[0], generator=generator).to(view.device)
        rows = l2_normalize(self.teacher(self.normalize(view[order])))
        return torch.empty_like(rows).index_copy_(0, order, rows)

    def _infonce_share(self) -> float:
        if self.infonce_warmup == 0:
            return 0.0
        return max(0.0, 1 - int(self.updates) / self.infonce_warmup)


class _Branch(nn.Module):
    """Backbone and head."""

    def __init__(self, backbone: nn.Module, head: nn.Module, embedding_dim: int) -> None:
        super().__init__()
        self.backbone, self.head, self.embedding_dim = backbone, head, embedding_dim

    def forward(self, images: Tensor) -> Tensor:
        features = self.backbone(images)
        found = list(features.shape) if isinstance(features, Tensor) else f"a {type(features).__name__}"
        if found != [images.shape[0], self.embedding_dim]:
            wanted = [images.shape[0], self.embedding_dim]
            raise ConfigError(
                f"the backbone returned {found}: a tensor {wanted}, one row an image, is needed"
            )
        return self.head(features)
