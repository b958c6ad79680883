"""A module of the user's own as an encoder."""

from __future__ import annotations

from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.graph.view import View
from rgrl.nn.checks import check_output


def wrap_pyg(module: nn.Module, *, embedding_dim: int) -> nn.Module:
    """Make an encoder of a PyG module: it maps a :class:`rgrl.graph.View` to ``module(x, edge_index)``.

    The module gets the masked features, dense ``[N, F]`` in the type of its parameters, and the kept edges
    (source, target), int64 ``[2, E]``, without self-loops. It shares its weights with the encoder.

    Args:
        module: Such as a model of ``torch_geometric.nn`` or any of your own.
        embedding_dim: d; the module must return ``[N, d]``.

    Returns:
        A module with ``embedding_dim``. It raises ConfigError where the output has another shape.

    Raises:
        ConfigError: If ``module`` is no module, or d is below 1.

    Example:
        >>> from torch_geometric.nn.models import GraphSAGE
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> encoder = wrap_pyg(GraphSAGE(1, 8, num_layers=2, out_channels=4), embedding_dim=4)
        >>> encoder(graph.view()).shape
        torch.Size([2, 4])
    """
    if not isinstance(module, nn.Module):
        raise ConfigError(f"module is a {type(module).__name__}: a torch.nn.Module is needed")
    if embedding_dim < 1:
        raise ConfigError(f"embedding_dim is {embedding_dim}: at least 1 is needed")
    return _WrappedModule(module, embedding_dim)


class _WrappedModule(nn.Module):
    def __init__(self, module: nn.Module, embedding_dim: int) -> None:
        super().__init__()
        self.module = module
        self.embedding_dim = embedding_dim

    def forward(self, view: View) -> Tensor:
        x = view.dense_features
        dtype = next((parameter.dtype for parameter in self.module.parameters()), x.dtype)
        embedding: Tensor = self.module(x.to(dtype), view.edge_index)
        check_output(embedding, (view.graph.num_nodes, self.embedding_dim), type(self.module).__name__)
        return embedding
