"""GRACE: a node recognised in another view among all other nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Augmentation
from rgrl.graph.require_graph import require_graph
from rgrl.methods.block_rows import block_rows as rows_of_a_block
from rgrl.methods.checks import checked_views, checked_width, require_nodes
from rgrl.nn import Projector, freeze_batch_norms, inference, l2_normalize
from rgrl.relation import blockwise_sum


def info_nce(first: Tensor, second: Tensor, *, temperature: float, block_rows: int | None = None) -> Tensor:
    """Symmetric InfoNCE with the negatives of both views (GRACE, equations 1 and 2).

    For row ``u_i`` of one view and its counterpart ``v_i`` in the other,
    ``−log( e^{u_i·v_i/τ} / (Σ_k e^{u_i·v_k/τ} + Σ_{k≠i} e^{u_i·u_k/τ}) )``; the mean over the rows of both.

    Similarities are computed for a block of rows at a time, so that the memory grows with N and not with N²,
    and so is the gradient. Pass L2-normalised rows for cosines.

    Args:
        first: u, ``[N, d]``.
        second: v, ``[N, d]``.
        temperature: τ, above 0.
        block_rows: Rows of a block, each with 2N similarities; ``None`` chooses by the device. It changes no
            number beyond rounding.

    Returns:
        A scalar, in nats, float32 at least. Under autocast products are of its type, sums of float32.

    Raises:
        ConfigError: If the temperature is not above 0, or a block has no row.
        DataError: If the two do not share one shape ``[N, d]`` with N at least 1.

    Example:
        >>> rows = torch.eye(2)
        >>> round(info_nce(rows, rows, temperature=1.0).item(), 4)  # log(e + 2) - 1
        0.5514
    """
    if not temperature > 0:
        raise ConfigError(f"the temperature is {temperature}: a number above 0 is needed")
    if first.shape != second.shape or first.ndim != 2 or first.shape[0] == 0:
        raise DataError(f"{list(first.shape)} and {list(second.shape)} must share one shape [N, d], N > 0")
    nodes, both = first.shape[0], 2 * first.shape[0]
    # In float32, because the gradient is summed over the blocks.
    rows = torch.cat([first, second]).to(torch.promote_types(first.dtype, torch.float32))

    def share(block: Tensor, part: slice) -> Tensor:
        own = torch.arange(both, device=rows.device)[part]
        logits = ((block / temperature) @ rows.T).to(rows.dtype)
        logits[own - part.start, own] = -torch.inf
        return F.cross_entropy(logits, (own + nodes) % both, reduction="sum")

    if block_rows is None:
        block_rows = rows_of_a_block(rows.device, both)
    return blockwise_sum(share, rows, [rows], block_rows=block_rows) / both


class GRACE(nn.Module):
    """Deep graph contrastive representation learning (Zhu, Xu, Yu, Liu, Wu and Wang, 2020).

    Two views of a node attract each other and repel all other nodes of both views, see :func:`info_nce`, on
    the normalised output of a projector.

    Args:
        encoder: Maps a :class:`rgrl.graph.View` to ``[N, d]``; needs ``embedding_dim`` (d).
        views: The two augmentations.
        projector_hidden: Hidden width of the projector.
        temperature: τ.
        generator: Random stream of the projector's initial weights.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> import rgrl
        >>> from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
        >>> from rgrl.nn import GCNEncoder
        >>> graph = rgrl.load_dataset("karate").graph
        >>> view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])
        >>> model = GRACE(
        ...     GCNEncoder(graph.num_features, (32, 16), norm="none"), views=(view, view), projector_hidden=16
        ... )
        >>> for update in rgrl.train(model, graph, epochs=5, generator=torch.Generator()):
        ...     pass
        >>> model.embed(graph).shape
        torch.Size([34, 16])
    """

    def __init__(
        self,
        encoder: nn.Module,
        *,
        views: Sequence[Augmentation],
        projector_hidden: int = 128,
        temperature: float = 0.5,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.views = checked_views(views, "GRACE")
        if projector_hidden < 1:
            raise ConfigError(f"projector_hidden is {projector_hidden}: at least 1 is needed")
        if not temperature > 0:
            raise ConfigError(f"the temperature is {temperature}: a number above 0 is needed")
        self.temperature = temperature
        self.encoder = encoder
        self.projector = Projector(checked_width(encoder), projector_hidden, generator=generator)

    def plan(self, graph: Graph, *, cache: Path | None = None) -> Graph:
        """Refuse a graph without negatives; there is nothing to compute.

        Raises:
            DataError: If the graph has fewer than 2 nodes.
        """
        require_nodes(graph, self.encoder, "GRACE", at_least=2)
        return graph

    def losses(self, plan: Graph, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        """Yield the loss of one update, a scalar; each view's negatives are in both."""
        views = [augment(plan.view(), generator) for augment in self.views]
        first, second = (l2_normalize(self.projector(self.encoder(view))) for view in views)
        yield info_nce(first, second, temperature=self.temperature)

    def after_update(self) -> None:
        """Freeze the statistics of frozen batch norm."""
        freeze_batch_norms(self)

    def embed(self, graph: Graph) -> Tensor:
        """Embed the nodes with the encoder, before the projector: ``[N, d]``. Changes nothing."""
        require_graph(graph)
        with inference(self.encoder):
            return self.encoder(graph.view())
