from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch_geometric.nn import GCNConv

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.nn import GCNEncoder, PyGEncoder, encode_in_blocks, inference, make_encoder, wrap_pyg


def a_graph(nodes: int, edges: int, *, sparse: bool, seed: int = 0) -> Graph:
    draw = np.random.default_rng(seed)
    x = draw.random((nodes, 6)) * (draw.random((nodes, 6)) < 0.5)
    return Graph.from_edge_index(draw.integers(0, nodes, (2, edges)), x=x, sparse_features=sparse)


def trained(encoder: torch.nn.Module) -> torch.nn.Module:
    """With statistics, weights and slopes that are not those of the beginning."""
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for value in encoder.state_dict().values():
            if value.is_floating_point():
                value.add_(torch.rand(value.shape, generator=draw), alpha=0.3)
    return encoder


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("norm", ["batch", "frozen", "layer", "none"])
@pytest.mark.parametrize("name", ["gcn", "sgc", "sage", "gat", "gin"])
def test_it_is_the_whole_pass(name: Any, norm: Any, sparse: bool) -> None:
    graph = a_graph(37, 150, sparse=sparse)
    encoder = trained(make_encoder(name, 6, (8, 4), norm=norm, generator=torch.Generator().manual_seed(0)))
    encoder.train()
    before = {key: value.clone() for key, value in encoder.state_dict().items()}
    with inference(encoder):
        whole = encoder(graph.view())
    for block_rows in (1, 5, 36, 37, 1000):
        parts = encode_in_blocks(encoder, graph, block_rows=block_rows)
        torch.testing.assert_close(parts, whole, rtol=1e-5, atol=1e-5)
        assert not parts.requires_grad
    assert encoder.training
    assert all(torch.equal(value, before[key]) for key, value in encoder.state_dict().items())


@pytest.mark.parametrize("name", ["gcn", "sgc", "sage", "gat", "gin"])
def test_an_encoder_in_float64(name: Any) -> None:
    graph = a_graph(20, 60, sparse=False)
    encoder = make_encoder(name, 6, (8, 4), norm="none").double()
    with inference(encoder):
        whole = encoder(graph.view())
    parts = encode_in_blocks(encoder, graph, block_rows=7)
    assert parts.dtype == whole.dtype == torch.float64
    torch.testing.assert_close(parts, whole)


@pytest.mark.parametrize("options", [{"final_activation": False}, {"activation": "relu"}])
def test_other_ends_of_a_layer(options: Any) -> None:
    graph = a_graph(20, 60, sparse=True)
    encoder = trained(make_encoder("gcn", 6, (8, 4), norm="frozen", **options))
    with inference(encoder):
        whole = encoder(graph.view())
    torch.testing.assert_close(encode_in_blocks(encoder, graph, block_rows=7), whole, rtol=1e-5, atol=1e-5)


def test_one_node_without_edges() -> None:
    graph = Graph.from_edge_index(np.empty((2, 0), dtype=int), x=np.ones((1, 6)))
    for name in ("gcn", "gat"):
        assert encode_in_blocks(make_encoder(name, 6, (4,)), graph).shape == (1, 4)


class Largest(TorchDispatchMode):
    """Notes the size of the largest tensor that anything makes."""

    def __init__(self) -> None:
        super().__init__()
        self.numel = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor) and out.is_floating_point():
            self.numel = max(self.numel, out.numel())
        return out


def test_a_row_for_each_edge_never_exists() -> None:
    graph = a_graph(2000, 40_000, sparse=False)
    encoder = make_encoder("gat", 6, (32, 4), norm="none")
    with Largest() as whole, inference(encoder):
        encoder(graph.view())
    with Largest() as parts:
        encode_in_blocks(encoder, graph, block_rows=50)
    assert whole.numel > 32 * 39_000
    assert parts.numel == 32 * 2000  # the hidden rows themselves; the edges into 50 nodes are fewer
    with Largest() as sage, inference(encoder):
        make_encoder("sage", 6, (32, 4), norm="none")(graph.view())
    assert sage.numel <= 2 * 32 * 2000  # the rows after both weights; entries of the pattern are fewer


def test_wide_rows_of_a_gcn_exist_for_one_block_only() -> None:
    graph = a_graph(3000, 9000, sparse=True)
    encoder = make_encoder("gcn", 6, (8, 512, 8), norm="layer")
    seen: list[int] = []
    norm = encoder.norms[1]
    norm.register_forward_hook(lambda module, inputs, output: seen.append(output.shape[0]))
    encode_in_blocks(encoder, graph, block_rows=1000)
    assert seen == [1000, 1000, 1000]


def test_what_it_cannot_take_is_named() -> None:
    graph = a_graph(3, 3, sparse=False)
    with pytest.raises(ConfigError, match="block_rows is 0: a whole number of at least 1"):
        encode_in_blocks(make_encoder("gcn", 6, (4,)), graph, block_rows=0)
    own = wrap_pyg(torch.nn.Linear(6, 4), embedding_dim=4)
    with pytest.raises(ConfigError, match="a _WrappedModule cannot be taken layer by layer"):
        encode_in_blocks(own, graph)


def test_what_may_do_more_than_its_layers_say_is_refused() -> None:
    graph = a_graph(10, 30, sparse=False)
    by_degree = PyGEncoder([GCNConv(6, 4)], (4,))
    with pytest.raises(ConfigError, match="a GCNConv cannot be taken block by block: GATConv"):
        encode_in_blocks(by_degree, graph)

    class Doubled(GCNEncoder):
        def forward(self, view: Any) -> torch.Tensor:
            return 2 * super().forward(view)

    with pytest.raises(ConfigError, match="a Doubled cannot be taken layer by layer"):
        encode_in_blocks(Doubled(6, (4,)), graph)
