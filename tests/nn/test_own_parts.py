"""What users put into the encoder, or hang on it, is kept."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.nn import GCNEncoder, GCNLayer, encode_in_blocks


def a_view():
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(20, 12, generator=generator)
    return Graph.from_edge_index(torch.randint(20, (2, 60), generator=generator), x=x).view()


@pytest.mark.parametrize(
    "activation", [nn.ELU(), nn.LeakyReLU(0.2), nn.PReLU(), nn.GELU(), nn.Identity()], ids=type
)
@pytest.mark.parametrize("norm", ["batch", "frozen", "none"])
@pytest.mark.parametrize("width", [8, 16])  # below and above the features'
def test_an_activation_of_ones_own_is_kept_when_norms_are_folded(activation, norm, width):
    view = a_view()
    encoder = GCNEncoder(12, (width,), norm=norm, generator=torch.Generator().manual_seed(0))
    encoder.activations[0] = activation
    encoder(view)  # moves the statistics
    encoder.eval()
    expected = activation(encoder.norms[0](encoder.convs[0](view)))
    assert (expected < 0).any()
    torch.testing.assert_close(encoder(view), expected)


def test_a_norm_of_ones_own_is_not_folded():
    class Twice(nn.BatchNorm1d):
        def forward(self, hidden):
            return 2 * super().forward(hidden)

    view = a_view()
    encoder = GCNEncoder(12, (8,), norm="batch").eval()
    plain = encoder(view)
    encoder.norms[0] = Twice(8).eval()
    torch.testing.assert_close(encoder(view), 2 * plain)


@pytest.mark.parametrize("training", [True, False])
def test_hooks_on_parts_are_called(training):
    view = a_view()
    encoder = GCNEncoder(12, (8,), norm="batch").train(training)
    plain, seen = encoder(view), []
    for part in (encoder.convs[0], encoder.norms[0], encoder.activations[0]):
        part.register_forward_hook(lambda module, *_: seen.append(module))
    torch.testing.assert_close(encoder(view), plain)
    assert seen == [encoder.convs[0], encoder.norms[0], encoder.activations[0]]


def test_torchs_compiler_takes_the_encoder():
    view = a_view()
    encoder = GCNEncoder(12, (8, 4), norm="none")
    compiled = torch.compile(encoder, backend="eager")
    torch.testing.assert_close(compiled(view), encoder(view))


@pytest.mark.parametrize("width", [8, 16])  # below and above the features'
@pytest.mark.parametrize("training", [True, False])
def test_a_layer_of_ones_own_is_called_as_it_stands(training, width):
    class Doubled(GCNLayer):
        def project(self, view, hidden=None, weight=None):
            return 2 * super().project(view, hidden, weight)

    view = a_view()
    encoder = GCNEncoder(12, (width,), norm="batch", final_activation=False).train(training)
    plain = encoder.norms[0](2 * view.propagate(encoder.convs[0].project(view)))
    layer = Doubled(12, width)
    layer.load_state_dict(encoder.convs[0].state_dict())
    encoder.convs[0] = layer
    torch.testing.assert_close(encoder(view), plain)
    with pytest.raises(ConfigError, match="a Doubled cannot be taken block by block: a GCNLayer can"):
        encode_in_blocks(encoder, view.graph)
