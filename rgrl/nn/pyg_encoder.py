"""An encoder from PyG's message-passing layers."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.graph.view import View
from rgrl.nn.activation import ActivationName, make_activation
from rgrl.nn.checks import check_output, check_widths
from rgrl.nn.norm import NormName, make_norm


class PyGEncoder(nn.Module):
    """Layers of PyG, each followed by normalisation and activation, on a :class:`rgrl.graph.View`.

    Each layer is called with the nodes' rows and the view's kept edges (source, target). A self-loop of the
    input is no edge here, as in :attr:`View.edge_index`; a layer may add loops of its own, as GAT does.

    PyG's layers want the features dense, ``[N, F]`` for each view, and most write a row for each edge,
    ``[E, F]`` in the first layer. :class:`GCNEncoder` does neither.

    Args:
        convs: The layers, called as ``conv(x, edge_index)``, with their weights.
        widths: Width of each layer's output, the last is the embedding's d.
        norm: Normalisation, see :func:`rgrl.nn.make_norm`.
        activation: See :func:`rgrl.nn.make_activation`.
        final_activation: Whether an activation follows the last layer.

    Raises:
        ConfigError: If there are not as many widths as layers, a width is below 1, or a name is unknown.

    Example:
        >>> from torch_geometric.nn import GraphConv
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> PyGEncoder([GraphConv(1, 8), GraphConv(8, 4)], (8, 4))(graph.view()).shape
        torch.Size([2, 4])
    """

    def __init__(
        self,
        convs: Sequence[nn.Module],
        widths: Sequence[int],
        *,
        norm: NormName = "batch",
        activation: ActivationName = "prelu",
        final_activation: bool = True,
    ) -> None:
        super().__init__()
        check_widths(1, widths)
        if len(convs) != len(widths):
            raise ConfigError(f"{len(convs)} convs were given with {len(widths)} widths: one each is needed")
        self.embedding_dim = widths[-1]
        self.widths = tuple(widths)
        self.convs = nn.ModuleList(convs)
        self.norms = nn.ModuleList(make_norm(norm, width) for width in widths)
        self.activations = nn.ModuleList(make_activation(activation) for _ in widths)
        if not final_activation:
            self.activations[-1] = nn.Identity()

    def forward(self, view: View) -> Tensor:
        """Embed the nodes of a view: ``[N, d]``.

        Raises:
            ConfigError: If a layer's output is not as wide as it was said to be.
        """
        hidden, edge_index = view.dense_features, view.edge_index
        # Sums over edges are made in the rows' type: of thousands in bfloat16 the rest would be lost.
        dtype = next((parameter.dtype for parameter in self.parameters()), hidden.dtype)
        layers = zip(self.convs, self.widths, self.norms, self.activations, strict=True)
        for number, (conv, width, norm, activation) in enumerate(layers, start=1):
            hidden = conv(hidden.to(dtype), edge_index)
            check_output(hidden, (view.graph.num_nodes, width), f"layer {number}, {type(conv).__name__},")
            hidden = activation(norm(hidden))
        return hidden
