"""The fast GCN encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from rgrl.graph.view import View
from rgrl.nn.activation import ActivationName, make_activation
from rgrl.nn.checks import check_widths
from rgrl.nn.fold_norm import fold_norm
from rgrl.nn.gcn_layer import GCNLayer
from rgrl.nn.hooks import has_hooks
from rgrl.nn.norm import NormName, make_norm
from rgrl.nn.prelu import PReLU
from rgrl.nn.propagate_prelu import propagate_prelu


class GCNEncoder(nn.Module):
    """The paper's encoder f: layers of GCN, normalisation and PReLU; the last PReLU gives the embedding.

    With one layer of K hops it is SGC (Wu et al., ICML 2019), ``Â^K X W + b``, and what is asked to follow.

    Every layer has its bias b whatever norm follows, as PyG's have, and the parameters are as many as in the
    released code. In training with ``norm="batch"`` the batch's mean takes b away again: its gradient is
    rounding, and the norm's own bias learns in its place. With ``"frozen"``, once it is, ``"layer"`` and
    ``"none"`` b learns.

    Args:
        num_features: F.
        layers: Widths of the layers, the last is the embedding's d (the paper's "512-256").
        norm: Normalisation, see :func:`rgrl.nn.make_norm`.
        activation: ``"prelu"``, or ``"relu"``, which learns nothing.
        final_activation: Whether an activation follows the last layer; otherwise the embedding is what its
            bias, and its norm if there is one, give.
        hops: K, propagations of each layer.
        generator: Random stream of the initial weights.

    Raises:
        ConfigError: If there is no layer, a width or a count below 1, or a name is unknown.

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
        activation: ActivationName = "prelu",
        final_activation: bool = True,
        hops: int = 1,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        check_widths(num_features, layers)
        self.widths = tuple(layers)
        self.embedding_dim = layers[-1]
        widths = zip((num_features, *layers[:-1]), layers, strict=True)
        self.convs = nn.ModuleList(GCNLayer(a, b, hops=hops, generator=generator) for a, b in widths)
        self.norms = nn.ModuleList(make_norm(norm, width) for width in layers)
        self.activations = nn.ModuleList(make_activation(activation, inplace=True) for _ in layers)
        if not final_activation:
            self.activations[-1] = nn.Identity()

    def forward(self, view: View) -> Tensor:
        """Embed the nodes of a view: ``[N, d]``."""
        hidden: Tensor | None = None
        for layer, norm, activation in zip(self.convs, self.norms, self.activations, strict=True):
            conv = cast("GCNLayer", layer)
            plain = type(conv) is GCNLayer and not any(map(has_hooks, (conv, norm, activation)))
            folded = None if not plain else fold_norm(conv.weight, conv.bias, norm)
            if folded is None:
                hidden = activation(norm(conv(view, hidden)))
                continue
            weight, bias = folded
            if (propagated := conv.propagate_first(view, hidden, weight)) is not None:
                fused = type(activation) is PReLU
                hidden = activation(propagated, bias) if fused else activation(propagated.add_(bias))
                continue
            before = conv.project(view, hidden, weight)
            if type(activation) in (PReLU, nn.ReLU):
                hidden = propagate_prelu(view, before, bias, cast("PReLU | nn.ReLU", activation))
            else:
                hidden = activation(view.propagate(before).add_(bias))
        assert hidden is not None
        return hidden
