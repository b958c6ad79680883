"""The choice of an encoder by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import torch
from torch import nn

from rgrl.errors import ConfigError
from rgrl.nn.activation import ActivationName, make_activation
from rgrl.nn.checks import check_widths
from rgrl.nn.draw_from import draw_from
from rgrl.nn.gcn_encoder import GCNEncoder
from rgrl.nn.norm import NormName, make_norm
from rgrl.nn.pyg_encoder import PyGEncoder
from rgrl.nn.sage_encoder import SAGEEncoder

EncoderName = Literal["gcn", "sage", "gat", "gin", "sgc"]


def make_encoder(
    name: EncoderName,
    num_features: int,
    layers: Sequence[int] = (512, 256),
    *,
    norm: NormName = "batch",
    activation: ActivationName = "prelu",
    final_activation: bool = True,
    heads: int = 4,
    generator: torch.Generator | None = None,
) -> nn.Module:
    """Build an encoder that maps a :class:`rgrl.graph.View` to ``[N, d]``.

    - ``"gcn"``: :class:`GCNEncoder` (Kipf and Welling, ICLR 2017).
    - ``"sgc"``: K propagations and one linear map, K the number of layers and d the last width (Wu et al.,
      ICML 2019); the other widths play no part. Norm and activation follow once, where they are asked for.
    - ``"sage"``: :class:`SAGEEncoder`, GraphSAGE with the mean of the sources into a target (Hamilton et al.,
      NeurIPS 2017).
    - ``"gat"``: attention heads side by side, together as wide as the layer (Veličković et al., ICLR 2018).
    - ``"gin"``: the sum, ε fixed at 0, then linear, norm, activation, linear (Xu et al., ICLR 2019).

    The last two are PyG's layers in a :class:`PyGEncoder`, which needs more memory than the others.

    Args:
        name: Which one.
        num_features: F.
        layers: Widths of the layers, the last is the embedding's d.
        norm: Normalisation after each layer, see :func:`make_norm`.
        activation: Activation after that, see :func:`make_activation`.
        final_activation: Whether it follows the last layer too.
        heads: Attention heads of ``"gat"``; the others have none.
        generator: Random stream of all initial weights.

    Raises:
        ConfigError: If a name is unknown, there is no layer, a width or a count is below 1, or GAT's heads
            do not divide a width.

    Example:
        >>> import rgrl
        >>> graph = rgrl.load_dataset("karate").graph
        >>> encoder = make_encoder("sage", graph.num_features, (32, 16))
        >>> encoder(graph.view()).shape
        torch.Size([34, 16])
    """
    check_widths(num_features, layers)
    if name == "gcn" or name == "sgc":
        return GCNEncoder(
            num_features,
            layers if name == "gcn" else layers[-1:],
            norm=norm,
            activation=activation,
            final_activation=final_activation,
            hops=1 if name == "gcn" else len(layers),
            generator=generator,
        )
    if name == "sage":
        return SAGEEncoder(
            num_features,
            layers,
            norm=norm,
            activation=activation,
            final_activation=final_activation,
            generator=generator,
        )
    sizes = list(zip((num_features, *layers[:-1]), layers, strict=True))
    with draw_from(generator):
        if name == "gat":
            convs = [_gat(a, b, heads) for a, b in sizes]
        elif name == "gin":
            convs = [_gin(a, b, norm, activation) for a, b in sizes]
        else:
            accepted = ", ".join(map(repr, get_args(EncoderName)))
            raise ConfigError(f"encoder is {name!r}: accepted are {accepted}")
    return PyGEncoder(convs, layers, norm=norm, activation=activation, final_activation=final_activation)


def _gat(width_in: int, width_out: int, heads: int) -> nn.Module:
    from torch_geometric.nn import GATConv

    if heads < 1 or width_out % heads:
        raise ConfigError(f"heads is {heads}: a divisor of the layer's width {width_out} is needed")
    return GATConv(width_in, width_out // heads, heads=heads)


def _gin(width_in: int, width_out: int, norm: NormName, activation: ActivationName) -> nn.Module:
    from torch_geometric.nn import GINConv

    perceptron = nn.Sequential(
        nn.Linear(width_in, width_out),
        make_norm(norm, width_out),
        make_activation(activation),
        nn.Linear(width_out, width_out),
    )
    return GINConv(perceptron)
