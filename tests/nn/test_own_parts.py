"""What users put into the encoder, or hang on it, is kept."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from rgrl.graph import Graph
from rgrl.nn import GCNEncoder


def a_view():
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(20, 12, generator=generator)
    return Graph.from_edge_index(torch.randint(20, (2, 60), generator=generator), x=x).view()


@pytest.mark.parametrize(
    "activation", [nn.ELU(), nn.LeakyReLU(0.2), nn.PReLU(8), nn.GELU(), nn.Identity()], ids=type
)
@pytest.mark.parametrize("norm", ["batch", "frozen", "none"])
def test_an_activation_of_ones_own_is_kept_when_norms_are_folded(activation, norm):
    view = a_view()
    encoder = GCNEncoder(12, (8,), norm=norm, generator=torch.Generator().manual_seed(0))
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
