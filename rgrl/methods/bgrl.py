"""BGRL: a node's embedding in one view predicted from the other, without negatives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.graph.augment import Augmentation
from rgrl.graph.require_graph import require_graph
from rgrl.methods.block_rows import block_rows
from rgrl.methods.checks import checked_views, checked_width, require_nodes
from rgrl.nn import Predictor, freeze_batch_norms, inference, l2_normalize
from rgrl.relation import EMATeacher, blockwise_sum


def target_momentum(momentum: float, *, update: int, total_updates: int | None) -> float:
    """Share of the old target that an update keeps: ``1 − (1 − τ) (cos(π k / K) + 1) / 2``.

    It rises from τ to 1 along half a cosine, so that the target comes to rest as the training does.

    Args:
        momentum: τ, the share at the first update.
        update: k, updates done before; from K on the target rests.
        total_updates: K; ``None`` keeps τ.

    Example:
        >>> [round(target_momentum(0.9, update=k, total_updates=4), 4) for k in range(5)]
        [0.9, 0.9146, 0.95, 0.9854, 1.0]
    """
    if total_updates is None:
        return momentum
    done = min(update / total_updates, 1.0)
    return 1 - (1 - momentum) * (math.cos(math.pi * done) + 1) / 2


class BGRL(nn.Module):
    """Bootstrapped graph latents (Thakoor et al., ICLR 2022).

    For views a ≠ b, prediction ``p^a = g(f(view a))`` and target ``t^b = f'(view b)``, the loss is
    ``mean_i (2 − 2 cos(p^1_i, t^2_i)) + mean_i (2 − 2 cos(p^2_i, t^1_i))``. The target encoder f'
    follows f by an exponential moving average, see :func:`target_momentum`.

    The target starts as a copy of the encoder; the released code gives it other random weights.

    Args:
        encoder: f, maps a :class:`rgrl.graph.View` to ``[N, d]``; needs ``embedding_dim`` (d).
        views: The two augmentations; encoder and target see the same two.
        predictor_hidden: Hidden width of the predictor g.
        momentum: τ, share of the old target kept at the first update.
        total_updates: K, after which the target rests; ``None`` keeps the momentum constant.
        generator: Random stream of the predictor's initial weights.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> import rgrl
        >>> from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
        >>> from rgrl.nn import GCNEncoder
        >>> graph = rgrl.load_dataset("karate").graph
        >>> view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])
        >>> model = BGRL(GCNEncoder(graph.num_features, (32, 16)), views=(view, view), total_updates=5)
        >>> for update in rgrl.train(model, graph, epochs=5, generator=torch.Generator()):
        ...     pass
        >>> model.embed(graph).shape
        torch.Size([34, 16])
    """

    updates: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        *,
        views: Sequence[Augmentation],
        predictor_hidden: int = 512,
        momentum: float = 0.99,
        total_updates: int | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.views = checked_views(views, "BGRL")
        if predictor_hidden < 1:
            raise ConfigError(f"predictor_hidden is {predictor_hidden}: at least 1 is needed")
        if total_updates is not None and total_updates < 1:
            raise ConfigError(f"total_updates is {total_updates}: at least 1, or None, is needed")
        self.momentum, self.total_updates = momentum, total_updates
        self.encoder = encoder
        self.predictor = Predictor(checked_width(encoder), predictor_hidden, generator=generator)
        self.target = EMATeacher(encoder, momentum=momentum)
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def plan(self, graph: Graph, *, cache: Path | None = None) -> Graph:
        """Refuse a graph that the encoder cannot take; there is nothing to compute.

        Raises:
            DataError: If the graph has a single node for a batch norm.
        """
        require_nodes(graph, self.encoder, "BGRL")
        return graph

    def losses(self, plan: Graph, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        """Yield the loss of one update in two scalars, one for each view that predicts.

        The parts share no activations of the encoder: take each one's gradient before asking for the next.
        """
        views = [augment(plan.view(), generator) for augment in self.views]
        with torch.no_grad():
            targets = [l2_normalize(self.target(view)) for view in views]
        for view, target in zip(views, reversed(targets), strict=True):
            yield self._distance(self.encoder(view), target)

    def _distance(self, encoded: Tensor, target: Tensor) -> Tensor:
        """Mean of ``2 − 2 cos`` between predictions and L2-normalised targets, in blocks of rows."""
        dtype = torch.promote_types(target.dtype, torch.float32)

        def share(rows: Tensor, part: slice) -> Tensor:
            predicted = l2_normalize(self.predictor(rows))
            cosine = (predicted.to(dtype) * target[part].to(dtype)).sum(1)  # autocast would round vecdot's
            return (2 - 2 * cosine).sum() / target.shape[0]

        rows = block_rows(encoded.device, self.predictor.hidden_dim)
        return blockwise_sum(share, encoded, self.predictor.parameters(), block_rows=rows)

    def after_update(self) -> None:
        """Move the target, and freeze the statistics of frozen batch norm; call it after each step."""
        if self.total_updates is not None:  # on an accelerator reading the count waits for it
            self.target.momentum = target_momentum(
                self.momentum, update=int(self.updates), total_updates=self.total_updates
            )
        self.target.update(self.encoder)
        self.updates += 1
        freeze_batch_norms(self)

    def embed(self, graph: Graph) -> Tensor:
        """Embed the nodes with the online encoder, ``[N, d]``. Changes nothing."""
        require_graph(graph)
        with inference(self.encoder):
            return self.encoder(graph.view())
