"""CCA-SSG: two views agree in every dimension, and dimensions do not agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Augmentation
from rgrl.graph.require_graph import require_graph
from rgrl.methods.checks import checked_views, require_nodes
from rgrl.nn import freeze_batch_norms, inference

#: Below this length a centred column is rounding noise, relative to the column itself.
_CONSTANT = 1e-6


def standardize_columns(rows: Tensor) -> Tensor:
    """Centre each column and divide it by its length: mean 0, standard deviation ``1 / sqrt(N)``.

    A column that is constant up to rounding becomes 0 and takes no gradient.

    Args:
        rows: ``[N, d]``.

    Returns:
        ``[N, d]``, float32 at least.

    Example:
        >>> standardize_columns(torch.tensor([[1.0, 5.0], [3.0, 5.0]])).tolist()
        [[-0.7071..., 0.0], [0.7071..., 0.0]]
    """
    rows = rows.to(torch.promote_types(rows.dtype, torch.float32))
    centred = rows - rows.mean(0)
    length = torch.linalg.vector_norm(centred, dim=0)
    with torch.no_grad():
        constant = length <= _CONSTANT * torch.linalg.vector_norm(rows, dim=0)
    return centred / length.masked_fill(constant, torch.inf)


def cca_loss(first: Tensor, second: Tensor, *, decorrelation_weight: float) -> Tensor:
    """Invariance between views and decorrelation within each (CCA-SSG, equation 4).

    ``½ ‖Z₁ − Z₂‖² + λ (‖Z₁ᵀZ₁ − I‖² + ‖Z₂ᵀZ₂ − I‖²)``, Frobenius norms, with Z the embeddings after
    :func:`standardize_columns`.

    The paper writes the first term without ½. With ½ it is ``d − tr(Z₁ᵀZ₂)``, and that is, up to the
    constant d, what the released code minimises: the published λ (0.001 on Cora) belong to this form and
    would be twice as large in the other. Nothing is divided by N: Z is scaled by ``1 / sqrt(N)`` already.

    Args:
        first: Embeddings of one view, ``[N, d]``.
        second: Those of the other, ``[N, d]``.
        decorrelation_weight: λ, at least 0.

    Returns:
        A scalar, float32 at least.

    Raises:
        ConfigError: If λ is below 0.
        DataError: If the two do not share one shape ``[N, d]`` with N above 0.

    Example:
        >>> rows = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
        >>> cca_loss(rows, rows, decorrelation_weight=0.001).item()
        0.0
    """
    if not decorrelation_weight >= 0:
        raise ConfigError(f"decorrelation_weight is {decorrelation_weight}: a number of at least 0 is needed")
    if first.shape != second.shape or first.ndim != 2 or first.shape[0] == 0:
        raise DataError(f"{list(first.shape)} and {list(second.shape)} must share one shape [N, d], N > 0")
    z1, z2 = standardize_columns(first), standardize_columns(second)
    loss = (z1 - z2).square().sum() / 2
    for z in (z1, z2):
        correlation = (z.T @ z).to(z.dtype)
        identity = torch.eye(z.shape[1], dtype=z.dtype, device=z.device)
        loss = loss + decorrelation_weight * (correlation - identity).square().sum()
    return loss


class CCASSG(nn.Module):
    """From canonical correlation analysis to self-supervised graph networks (Zhang et al., NeurIPS 2021).

    No negatives, no second network and no head: see :func:`cca_loss`.

    Args:
        encoder: Maps a :class:`rgrl.graph.View` to ``[N, d]``.
        views: The two augmentations.
        decorrelation_weight: λ.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> import rgrl
        >>> from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
        >>> from rgrl.nn import GCNEncoder
        >>> graph = rgrl.load_dataset("karate").graph
        >>> view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])
        >>> model = CCASSG(GCNEncoder(graph.num_features, (32, 16), norm="none"), views=(view, view))
        >>> for update in rgrl.train(model, graph, epochs=5, generator=torch.Generator()):
        ...     pass
        >>> model.embed(graph).shape
        torch.Size([34, 16])
    """

    def __init__(
        self, encoder: nn.Module, *, views: Sequence[Augmentation], decorrelation_weight: float = 1e-3
    ) -> None:
        super().__init__()
        self.views = checked_views(views, "CCA-SSG")
        if not decorrelation_weight >= 0:
            raise ConfigError(
                f"decorrelation_weight is {decorrelation_weight}: a number of at least 0 is needed"
            )
        self.decorrelation_weight = decorrelation_weight
        self.encoder = encoder

    def plan(self, graph: Graph, *, cache: Path | None = None) -> Graph:
        """Refuse a graph without variance; there is nothing to compute.

        Raises:
            DataError: If the graph has fewer than 2 nodes.
        """
        require_nodes(graph, self.encoder, "CCA-SSG", at_least=2)
        return graph

    def losses(self, plan: Graph, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        """Yield the loss of one update, a scalar; the first term needs both views."""
        views = [augment(plan.view(), generator) for augment in self.views]
        first, second = (self.encoder(view) for view in views)
        yield cca_loss(first, second, decorrelation_weight=self.decorrelation_weight)

    def after_update(self) -> None:
        """Freeze the statistics of frozen batch norm."""
        freeze_batch_norms(self)

    def embed(self, graph: Graph) -> Tensor:
        """Embed the nodes, ``[N, d]``. Changes nothing."""
        require_graph(graph)
        with inference(self.encoder):
            return self.encoder(graph.view())
