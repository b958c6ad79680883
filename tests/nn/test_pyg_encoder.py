from __future__ import annotations

import pytest
import torch
from torch_geometric.nn import GraphConv, SAGEConv

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.nn import PyGEncoder

GRAPH = Graph.from_edge_index([[0, 1, 2], [1, 2, 0]], x=torch.eye(3))


def test_layers_norms_and_activations_follow_one_another():
    convs = [GraphConv(3, 5), SAGEConv(5, 2)]
    encoder = PyGEncoder(convs, (5, 2), norm="batch", activation="relu", final_activation=False).eval()
    for norm in encoder.norms:
        norm.running_mean.fill_(0.3)
        norm.running_var.fill_(4.0)
    view = GRAPH.view()
    hidden = convs[0](GRAPH.x, view.edge_index)
    hidden = ((hidden - 0.3) / (4.0 + 1e-5) ** 0.5).clamp(min=0)
    expected = (convs[1](hidden, view.edge_index) - 0.3) / (4.0 + 1e-5) ** 0.5
    torch.testing.assert_close(encoder(view), expected)


def test_a_loop_of_the_input_is_no_edge():
    looped = Graph.from_edge_index([[0, 1, 2, 1], [1, 2, 0, 1]], x=torch.eye(3))
    encoder = PyGEncoder([SAGEConv(3, 2)], (2,))
    assert torch.equal(encoder(looped.view()), encoder(GRAPH.view()))


def test_bad_arguments_are_named():
    with pytest.raises(ConfigError, match="1 convs were given with 2 widths"):
        PyGEncoder([SAGEConv(3, 5)], (5, 2))
    with pytest.raises(ConfigError, match=r"layers is \[\]"):
        PyGEncoder([], ())
    with pytest.raises(ConfigError, match=r"layers is \[0\]"):
        PyGEncoder([SAGEConv(3, 5)], (0,))


def test_a_layer_of_another_width_is_named():
    encoder = PyGEncoder([SAGEConv(3, 5), SAGEConv(5, 4)], (5, 2), norm="none")
    with pytest.raises(ConfigError, match=r"layer 2, SAGEConv, returned \[3, 4\]: a tensor \[3, 2\]"):
        encoder(GRAPH.view())
