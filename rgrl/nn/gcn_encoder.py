"""The fast GCN encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.graph.view import View
from rgrl.nn.gcn_layer import GCNLayer
from rgrl.nn.norm import NormName, affine_map, make_norm
from rgrl.nn.prelu import PReLU
from rgrl.nn.propagate_prelu import propagate_prelu


class GCNEncoder(nn.Module):
    """The paper's encoder f: layers of GCN, normalisation and PReLU; the last PReLU gives the embedding.

    Args:
        num_features: F.
        layers: Widths of the layers, the last is the embedding's d (the paper's "512-256").
        norm: Normalisation, see :func:`rgrl.nn.make_norm`.
        generator: Random stream of the initial weights.

    Raises:
        ConfigError: If there is no layer, a width below 1, or the norm is unknown.

    Example:
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> GCNEncoder(1, (8, 4))(graph.view()).shape
        torch.Size([2, 4])
    """

    def __init__(
        self,
        num_features: int,
        layers: Sequence[int] = (512, 256),
        *,
        norm: NormName = "batch",
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not layers or min(layers) < 1:
            raise ConfigError(f"layers is {list(layers)}: one width of at least 1 for each layer is needed")
        self.embedding_dim = layers[-1]
        widths = zip((num_features, *layers[:-1]), layers, strict=True)
        self.convs = nn.ModuleList(GCNLayer(a, b, generator=generator) for a, b in widths)
        self.norms = nn.ModuleList(make_norm(norm, width) for width in layers)
        self.activations = nn.ModuleList(PReLU(inplace=True) for _ in layers)

    def forward(self, view: View) -> Tensor:
        """Embed the nodes of a view: ``[N, d]``."""
        hidden: Tensor | None = None
        for layer, norm, activation in zip(self.convs, self.norms, self.activations, strict=True):
            conv = cast("GCNLayer", layer)
            if (affine := affine_map(norm)) is None:
                hidden = activation(norm(conv(view, hidden)))
            else:  # (Â X W + b) s + c = Â X (W s) + (b s + c): no pass over the activations
                scale, shift = affine
                bias = torch.addcmul(shift, conv.bias, scale)
                hidden = propagate_prelu(
                    view, conv.project(view, hidden, scale), bias, cast("PReLU", activation)
                )
        assert hidden is not None
        return hidden
