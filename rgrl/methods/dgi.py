"""DGI: nodes that belong to the graph told from nodes of a corrupted one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.errors import DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Augmentation, FeatureShuffle
from rgrl.graph.require_graph import require_graph
from rgrl.methods.checks import checked_width, require_nodes
from rgrl.nn import freeze_batch_norms, inference


def infomax_loss(positive: Tensor, negative: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy of a bilinear discriminator between the graph's nodes and corrupted ones (DGI, eq. 1).

    With the summary ``s = σ(mean_i h_i)`` and ``D(h) = σ(hᵀ W s)``, the mean over all 2N nodes of
    ``−log D(h_i)`` and ``−log(1 − D(h̃_i))``.

    Args:
        positive: h, embeddings of the graph's nodes, ``[N, d]``.
        negative: h̃, those of the corrupted graph's, ``[M, d]``; M = N in DGI.
        weight: W, ``[d, d]``.

    Returns:
        A scalar, in nats, float32 at least.

    Raises:
        DataError: If the shapes do not fit together, or there are no rows.

    Example:
        >>> rows = torch.ones(3, 2)
        >>> round(infomax_loss(rows, rows, torch.zeros(2, 2)).item(), 4)  # log 2: nothing to tell apart
        0.6931
    """
    width = positive.shape[-1]
    shapes = [list(each.shape) for each in (positive, negative, weight)]
    if (
        positive.ndim != 2
        or not positive.shape[0]
        or shapes[1] != [negative.shape[0], width]
        or not shapes[1][0]
    ):
        raise DataError(f"rows {shapes[0]} and {shapes[1]} must be [N, d] and [M, d], N and M at least 1")
    if shapes[2] != [width, width]:
        raise DataError(f"weight {shapes[2]} must be [{width}, {width}]")
    dtype = torch.promote_types(positive.dtype, torch.float32)
    summary = positive.to(dtype).mean(0).sigmoid()
    direction = (weight.to(dtype) @ summary).to(positive.dtype)
    losses = [F.softplus(-(positive @ direction).to(dtype)), F.softplus((negative @ direction).to(dtype))]
    return torch.cat(losses).mean()


class DGI(nn.Module):
    """Deep Graph Infomax (Veličković, Fedus, Hamilton, Liò, Bengio and Hjelm, ICLR 2019).

    The encoder learns to make the nodes of the graph agree with a summary of it, and those of a corrupted
    graph not, see :func:`infomax_loss`.

    Args:
        encoder: Maps a :class:`rgrl.graph.View` to ``[N, d]``; needs ``embedding_dim`` (d).
        corruption: Makes the negatives' view.
        generator: Random stream of the discriminator's initial weights.

    Example:
        >>> import rgrl
        >>> from rgrl.nn import GCNEncoder
        >>> graph = rgrl.load_dataset("karate").graph
        >>> model = DGI(GCNEncoder(graph.num_features, (16,), norm="none"))
        >>> for update in rgrl.train(model, graph, epochs=5, generator=torch.Generator()):
        ...     pass
        >>> model.embed(graph).shape
        torch.Size([34, 16])
    """

    def __init__(
        self,
        encoder: nn.Module,
        *,
        corruption: Augmentation | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.corruption = FeatureShuffle() if corruption is None else corruption
        width = checked_width(encoder)
        self.weight = nn.Parameter(torch.empty(width, width))
        bound = math.sqrt(6 / (width * width + width))  # Xavier's of a bilinear layer with one output
        nn.init.uniform_(self.weight, -bound, bound, generator=generator)

    def plan(self, graph: Graph, *, cache: Path | None = None) -> Graph:
        """Refuse a graph that permuted features leave as it is; there is nothing to compute.

        Raises:
            DataError: If the graph has fewer than 2 nodes, or no edge between two nodes.
        """
        require_nodes(graph, self.encoder, "DGI", at_least=2)
        if graph.pattern.nnz == graph.num_nodes:
            raise DataError(
                f"the graph has {graph.num_nodes} nodes and no edge between two of them: DGI needs at least 1"
            )
        return graph

    def losses(self, plan: Graph, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        """Yield the loss of one update, a scalar; the summary ties positives and negatives together."""
        view = plan.view()
        corrupted = self.corruption(view, generator)
        yield infomax_loss(self.encoder(view), self.encoder(corrupted), self.weight)

    def after_update(self) -> None:
        """Freeze the statistics of frozen batch norm."""
        freeze_batch_norms(self)

    def embed(self, graph: Graph) -> Tensor:
        """Embed the nodes, ``[N, d]``. Changes nothing."""
        require_graph(graph)
        with inference(self.encoder):
            return self.encoder(graph.view())
