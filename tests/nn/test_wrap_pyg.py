from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch_geometric.nn.models import GIN, GraphSAGE

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import draw_from, wrap_pyg
from rgrl.relation import EMATeacher


class Makes(nn.Module):
    """A module that returns what it was told to, whatever it is given."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value

    def forward(self, x: Tensor, edge_index: Tensor) -> object:
        return self.value


@pytest.mark.parametrize("sparse_features", [True, False])
def test_the_module_gets_the_masked_features_and_the_kept_edges(sparse_features):
    generator = torch.Generator().manual_seed(0)
    graph = Graph.from_edge_index(
        torch.randint(8, (2, 20), generator=generator),
        x=torch.rand(8, 3, generator=generator),
        sparse_features=sparse_features,
    )
    with draw_from(generator):
        model = GIN(3, 6, num_layers=2, out_channels=4)
    view = Compose([FeatureMask(0.5), EdgeDrop(0.5)])(graph.view(), generator)
    x = graph.x.to_dense() if sparse_features else graph.x
    kept = {tuple(edge) for edge in view.edge_index.T.tolist()}
    edges = [edge for edge in graph.edge_index.T.tolist() if tuple(edge) in kept]
    encoder = wrap_pyg(model, embedding_dim=4)
    expected = model(x * view.feature_keep, torch.tensor(edges).reshape(-1, 2).T)
    torch.testing.assert_close(encoder(view), expected)
    encoder(view).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    teacher = EMATeacher(encoder)
    assert torch.equal(teacher(view), encoder(view))
    assert not any(a is b for a, b in zip(teacher.parameters(), model.parameters(), strict=True))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (torch.ones(3, 5), r"\[3, 5\]"),
        (torch.ones(2, 4), r"\[2, 4\]"),
        (torch.ones(3), r"\[3\]"),
        ((torch.ones(3, 4), torch.ones(3)), "a tuple"),
        (None, "a NoneType"),
    ],
)
def test_an_output_of_another_shape_is_named(value, found):
    graph = Graph.from_edge_index([[0, 1], [1, 2]], x=torch.eye(3))
    with pytest.raises(ConfigError, match=rf"Makes returned {found}: a tensor \[3, 4\], one row a node"):
        wrap_pyg(Makes(value), embedding_dim=4)(graph.view())


def test_bad_arguments_are_named():
    with pytest.raises(ConfigError, match=r"module is a function: a torch\.nn\.Module"):
        wrap_pyg(lambda x, edge_index: x, embedding_dim=4)
    with pytest.raises(ConfigError, match="embedding_dim is 0: at least 1"):
        wrap_pyg(nn.Identity(), embedding_dim=0)


def test_features_come_in_the_type_of_the_modules_parameters():
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2))
    module = GraphSAGE(2, 4, num_layers=1).double()
    found = wrap_pyg(module, embedding_dim=4)(graph.view())
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, module(torch.eye(2).double(), graph.edge_index))
