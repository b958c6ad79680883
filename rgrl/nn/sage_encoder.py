"""GraphSAGE as an encoder."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rgrl.graph.view import View
from rgrl.nn.activation import ActivationName, make_activation
from rgrl.nn.checks import check_widths
from rgrl.nn.norm import NormName, make_norm
from rgrl.nn.sage_layer import SAGELayer


class SAGEEncoder(nn.Module):
    """Layers of GraphSAGE with the mean, each followed by normalisation and activation.

    As :class:`rgrl.nn.GCNEncoder` it needs memory for nodes and not for edges, so that it trains on graphs
    with a hundred million of them. A self-loop of the input is no edge.

    Args:
        num_features: F.
        layers: Widths of the layers, the last is the embedding's d.
        norm: Normalisation, see :func:`rgrl.nn.make_norm`.
        activation: See :func:`rgrl.nn.make_activation`.
        final_activation: Whether an activation follows the last layer.
        generator: Random stream of the initial weights.

    Raises:
        ConfigError: If there is no layer, a width below 1, or a name is unknown.

    Example:
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> SAGEEncoder(1, (8, 4))(graph.view()).shape
        torch.Size([2, 4])
    """

    def __init__(
        self,
        num_features: int,
        layers: Sequence[int] = (512, 256),
        *,
        norm: NormName = "batch",
        activation: ActivationName = "prelu",
        final_activation: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_widths(num_features, layers)
        self.widths = tuple(layers)
        self.embedding_dim = layers[-1]
        widths = zip((num_features, *layers[:-1]), layers, strict=True)
        self.convs = nn.ModuleList(SAGELayer(a, b, generator=generator) for a, b in widths)
        self.norms = nn.ModuleList(make_norm(norm, width) for width in layers)
        self.activations = nn.ModuleList(make_activation(activation) for _ in layers)
        if not final_activation:
            self.activations[-1] = nn.Identity()

    def forward(self, view: View) -> Tensor:
        """Embed the nodes of a view: ``[N, d]``."""
        hidden: Tensor | None = None
        for conv, norm, activation in zip(self.convs, self.norms, self.activations, strict=True):
            hidden = activation(norm(conv(view, hidden)))
        assert hidden is not None
        return hidden
