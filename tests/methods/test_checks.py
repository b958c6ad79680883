from __future__ import annotations

import networkx as nx
import pytest
import torch
from torch_geometric.data import Data
from torch_geometric.nn.models import GraphSAGE

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, Identity
from rgrl.methods import BGRL, CCASSG, DGI, GRACE, RGRL, MultiplexRGRL
from rgrl.methods.block_rows import block_rows
from rgrl.methods.checks import checked_views, require_nodes
from rgrl.nn import GCNEncoder, make_encoder

ONE = Graph.from_edge_index([[0], [0]], x=torch.ones(1, 2))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_views_must_be_two(count):
    with pytest.raises(ConfigError, match=f"{count} views were given: GRACE needs 2"):
        checked_views([Identity()] * count, "GRACE")
    pair = [Identity(), Identity()]
    assert checked_views(pair, "GRACE") == (pair[0], pair[1])


def test_what_is_no_pair_of_views_is_named():
    view = Compose([Identity(), Identity()])
    encoder = GCNEncoder(2, (2,))
    for make in (RGRL, GRACE, BGRL, CCASSG):
        with pytest.raises(
            ConfigError, match=r"^views is a Compose: .* needs 2 augmentations, such as \(view,"
        ):
            make(encoder, views=view)
        with pytest.raises(ConfigError, match=r"^views holds 0\.3: .* needs 2 augmentations$"):
            make(encoder, views=(view, 0.3))


def models():
    encoder, views = GCNEncoder(2, (2,), norm="none"), (Identity(), Identity())
    two = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.ones(2, 2))
    model = RGRL(encoder, views=views)
    yield from (model, DGI(encoder), MultiplexRGRL(model, {"a": two, "b": two}))
    yield from (make(encoder, views=views) for make in (GRACE, BGRL, CCASSG))


@pytest.mark.parametrize("model", models(), ids=lambda model: type(model).__name__)
def test_every_method_names_a_graph_of_another_library(model):
    for graph, kind in (
        (nx.path_graph(2), "a networkx Graph"),
        (Data(x=torch.ones(2, 2), edge_index=torch.tensor([[0, 1], [1, 0]])), "a torch_geometric Data"),
    ):
        needed = f"the graph is {kind}: rgrl.as_graph makes an rgrl.Graph of it"
        with pytest.raises(DataError) as caught:
            model.embed(graph)
        assert str(caught.value) == needed


def test_too_few_nodes_are_named():
    with pytest.raises(DataError, match="the graph has 1 node: DGI needs at least 2"):
        require_nodes(ONE, GCNEncoder(2, (2,), norm="none"), "DGI", at_least=2)
    for norm in ("batch", "frozen"):
        with pytest.raises(DataError, match="1 node, and a batch norm needs 2"):
            require_nodes(ONE, GCNEncoder(2, (2,), norm=norm), "BGRL")
    require_nodes(ONE, GCNEncoder(2, (2,), norm="layer"), "BGRL")


def test_a_block_has_at_least_one_row_and_grows_as_rows_get_narrower():
    cpu = torch.device("cpu")
    assert block_rows(cpu, 1 << 30) == 1
    assert block_rows(cpu, 512) == 2 * block_rows(cpu, 1024) > 2
    assert block_rows(torch.device("cuda"), 512) > block_rows(cpu, 512)


@pytest.mark.parametrize("method", [BGRL, DGI, GRACE, RGRL])
def test_a_model_of_pygs_needs_a_wrapper(method):
    views = {} if method is DGI else {"views": (Identity(), Identity())}
    more = {"total_updates": 1} if method is BGRL else {}
    with pytest.raises(ConfigError, match=r"GraphSAGE without embedding_dim: rgrl\.nn\.wrap_pyg"):
        method(GraphSAGE(3, 4, num_layers=1), **views, **more)


@pytest.mark.parametrize("name", ["gcn", "sage"])
@pytest.mark.parametrize("sparse_features", [True, False])
def test_another_number_of_features_is_named(name, sparse_features):
    graph = Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2), sparse_features=sparse_features)
    with pytest.raises(DataError, match="the graph has 2 features and the encoder takes 5"):
        make_encoder(name, 5, (4,))(graph.view())
