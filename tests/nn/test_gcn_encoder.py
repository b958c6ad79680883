from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch_geometric.nn import GCNConv

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import FrozenBatchNorm, GCNEncoder, Predictor, inference


def random_graph(nodes: int, edges: int, *, sparse_features: bool, seed: int) -> Graph:
    generator = torch.Generator().manual_seed(seed)
    x = (torch.rand(nodes, 12, generator=generator) < 0.3).float()
    return Graph.from_edge_index(
        torch.randint(nodes, (2, edges), generator=generator), x=x, sparse_features=sparse_features
    )


class PyGEncoder(nn.Module):
    """The same network from PyG's layers, with the same weights."""

    def __init__(self, encoder: GCNEncoder) -> None:
        super().__init__()
        self.convs = nn.ModuleList()
        for layer in encoder.convs:
            conv = GCNConv(*layer.weight.shape)
            conv.lin.weight.data = layer.weight.detach().T.clone()
            conv.bias.data = layer.bias.detach().clone()
            self.convs.append(conv)
        self.norms = nn.ModuleList(nn.BatchNorm1d(c.out_channels, momentum=0.01) for c in self.convs)
        self.activations = nn.ModuleList(nn.PReLU() for _ in self.convs)

    def forward(self, x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
        for conv, norm, activation in zip(self.convs, self.norms, self.activations, strict=True):
            x = activation(norm(conv(x, edge_index)))
        return x


@given(sparse_features=st.booleans(), seed=st.integers(0, 20), augmented=st.booleans(), wide=st.booleans())
@settings(deadline=None, max_examples=30)
def test_forward_and_gradient_are_pygs(sparse_features, seed, augmented, wide):
    graph = random_graph(30, 90, sparse_features=sparse_features, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    encoder = GCNEncoder(12, (16 if wide else 10, 8), norm="batch", generator=generator)
    view = graph.view()
    if augmented:
        view = Compose([FeatureMask(0.3), EdgeDrop(0.3)])(view, generator)
    reference = PyGEncoder(encoder)
    x = graph.x.to_dense() if sparse_features else graph.x
    x = x if view.feature_keep is None else x * view.feature_keep
    ours, theirs = encoder(view), reference(x, view.edge_index)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    outer = torch.randn(30, 8, generator=generator)
    (ours * outer).sum().backward()
    (theirs * outer).sum().backward()
    for layer, conv in zip(encoder.convs, reference.convs, strict=True):
        torch.testing.assert_close(layer.weight.grad, conv.lin.weight.grad.T, rtol=1e-5, atol=1e-5)
        # Batch norm takes the mean away, so that the bias' true gradient is 0 and both are the rounding of
        # a sum whose terms are as large as the weight's gradient.
        scale = max(1.0, conv.lin.weight.grad.abs().max().item())
        torch.testing.assert_close(layer.bias.grad, conv.bias.grad, rtol=1e-5, atol=1e-5 * scale)
    for ours_norm, theirs_norm in zip(encoder.norms, reference.norms, strict=True):
        torch.testing.assert_close(ours_norm.weight.grad, theirs_norm.weight.grad, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(ours_norm.running_var, theirs_norm.running_var, rtol=1e-5, atol=1e-5)


def test_nodes_renumbered_give_rows_renumbered():
    graph = random_graph(20, 60, sparse_features=False, seed=0)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(1))
    moved = Graph.from_edge_index(order[graph.edge_index], x=graph.x[order.argsort()])
    encoder = GCNEncoder(12, (16, 8), generator=torch.Generator().manual_seed(0)).eval()
    torch.testing.assert_close(encoder(graph.view()), encoder(moved.view())[order])


@pytest.mark.parametrize("norm", ["batch", "frozen", "layer", "none"])
def test_every_norm_trains_and_bad_names_are_refused(norm):
    graph = random_graph(20, 60, sparse_features=False, seed=0)
    encoder = GCNEncoder(12, (16, 8), norm=norm)
    encoder(graph.view()).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters())


def test_bad_arguments_are_named():
    with pytest.raises(ConfigError, match="norm is 'bach': accepted are 'batch'"):
        GCNEncoder(3, (4,), norm="bach")
    with pytest.raises(ConfigError, match=r"layers is \[\]"):
        GCNEncoder(3, ())


def test_frozen_norm_is_batch_norm_until_frozen_and_affine_after():
    generator = torch.Generator().manual_seed(0)
    frozen, batch = FrozenBatchNorm(4), nn.BatchNorm1d(4, momentum=0.01)
    x = torch.randn(50, 4, generator=generator) * 3 + 1
    torch.testing.assert_close(frozen(x), batch(x))
    frozen.freeze()
    mean, var = frozen.running_mean.clone(), frozen.running_var.clone()
    frozen.train()
    torch.testing.assert_close(frozen(x), batch.eval()(x))
    assert torch.equal(frozen.running_mean, mean)
    assert torch.equal(frozen.running_var, var)
    frozen(x).sum().backward()
    assert frozen.weight.grad is not None
    restored = FrozenBatchNorm(4)
    restored.load_state_dict(frozen.state_dict())
    torch.testing.assert_close(restored.train()(x), batch(x))


def test_inference_leaves_no_trace():
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout())
    model[1].eval()
    before = model[0].running_mean.clone()
    with inference(model):
        assert not model(torch.ones(4, 3)).requires_grad
    assert [m.training for m in model.modules()] == [True, True, False]
    assert torch.equal(before, model[0].running_mean)


def test_initial_weights_come_from_the_generator_alone():
    state = torch.get_rng_state()
    first, second = (GCNEncoder(5, (4, 3), generator=torch.Generator().manual_seed(1)) for _ in range(2))
    heads = [Predictor(4, 6, generator=torch.Generator().manual_seed(1)) for _ in range(2)]
    assert torch.equal(first.convs[0].weight, second.convs[0].weight)
    assert torch.equal(heads[0].second.weight, heads[1].second.weight)
    assert heads[0].first.bias.unique().tolist() == pytest.approx([0.01])
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("norm", ["batch", "frozen", "layer", "none"])
@pytest.mark.parametrize("sparse_features", [False, True])
@pytest.mark.parametrize("width", [10, 16])  # below and above the features'
def test_layers_give_what_convolution_norm_and_activation_give_apart(norm, sparse_features, width):
    graph = random_graph(20, 60, sparse_features=sparse_features, seed=0)
    generator = torch.Generator().manual_seed(0)
    encoder = GCNEncoder(12, (width, 8), norm=norm, generator=generator)
    for name, tensor in (*encoder.named_parameters(), *encoder.named_buffers()):
        if tensor.ndim == 1:
            tensor.data.uniform_(0.5 if "var" in name else -1.0, 1.5, generator=generator)
    for module in encoder.norms:
        if isinstance(module, FrozenBatchNorm):
            module.freeze()
        elif norm == "batch":
            module.eval()
    view = Compose([FeatureMask(0.3), EdgeDrop(0.3)])(graph.view(), generator)

    def apart() -> torch.Tensor:
        hidden = None
        for conv, module, activation in zip(encoder.convs, encoder.norms, encoder.activations, strict=True):
            hidden = nn.functional.prelu(module(conv(view, hidden)), activation.weight)
        return hidden

    results = []
    for embedding in (encoder(view), apart()):
        encoder.zero_grad()
        (embedding**2).sum().backward()
        results.append([embedding.detach(), *(parameter.grad for parameter in encoder.parameters())])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("norm", ["batch", "frozen", "layer", "none"])
@pytest.mark.parametrize("activation", ["prelu", "relu"])
@pytest.mark.parametrize("final_activation", [True, False])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-6)])
@pytest.mark.parametrize(("hops", "sparse_features"), [(1, True), (3, True), (1, False), (3, False)])
def test_layers_end_as_asked_in_value_and_gradient(
    norm, activation, final_activation, dtype, tolerance, hops, sparse_features
):
    graph = random_graph(20, 60, sparse_features=sparse_features, seed=0)
    generator = torch.Generator().manual_seed(0)
    encoder = GCNEncoder(
        12,
        (16, 8),
        norm=norm,
        activation=activation,
        final_activation=final_activation,
        hops=hops,
        generator=generator,
    )
    for name, tensor in (*encoder.named_parameters(), *encoder.named_buffers()):
        if tensor.ndim == 1:
            tensor.data.uniform_(0.5 if "var" in name else -1.0, 1.5, generator=generator)
    for module in encoder.norms:  # a batch norm in training, a frozen one folded into the product
        if isinstance(module, FrozenBatchNorm):
            module.freeze()
    encoder = encoder.to(dtype)
    view = Compose([FeatureMask(0.3), EdgeDrop(0.3)])(graph.view(), generator)
    adjacency = torch.zeros(graph.pattern.shape, dtype=dtype)
    adjacency[graph.pattern.row.long(), graph.pattern.col.long()] = view.adjacency_values.to(dtype)
    propagation = torch.linalg.matrix_power(adjacency, hops)

    def naive() -> torch.Tensor:
        hidden = view.dense_features.to(dtype)
        for number, (conv, module) in enumerate(zip(encoder.convs, encoder.norms, strict=True)):
            hidden = module(propagation @ hidden @ conv.weight + conv.bias)
            if number == 0 or final_activation:
                slope = encoder.activations[number].weight if activation == "prelu" else 0.0
                hidden = torch.where(hidden > 0, hidden, slope * hidden)
        return hidden

    outer = torch.randn(20, 8, generator=generator, dtype=dtype)
    results = []
    for embedding in (encoder(view), naive()):
        encoder.zero_grad()
        (embedding * outer).sum().backward()
        results.append([embedding.detach(), *(parameter.grad for parameter in encoder.parameters())])
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=tolerance * max(1, theirs.abs().max()))


def test_relu_and_no_activation_have_no_parameter():
    def learned(**arguments: object) -> int:
        return len(list(GCNEncoder(3, (4, 2), **arguments).activations.parameters()))

    assert learned() == 2
    assert learned(final_activation=False) == 1
    assert learned(activation="relu") == 0


def test_bad_settings_of_a_layer_are_named():
    with pytest.raises(ConfigError, match="num_features is 0: at least 1"):
        GCNEncoder(0, (4,))
    with pytest.raises(ConfigError, match=r"layers is \[4, 0\]"):
        GCNEncoder(3, (4, 0))
    with pytest.raises(ConfigError, match="hops is 0: at least 1"):
        GCNEncoder(3, (4,), hops=0)
    with pytest.raises(ConfigError, match="activation is 'tanh'"):
        GCNEncoder(3, (4,), activation="tanh")


@pytest.mark.parametrize(
    ("norm", "learns"), [("batch", False), ("frozen", True), ("layer", True), ("none", True)]
)
def test_every_layer_has_a_bias_which_learns_unless_the_batchs_mean_takes_it_away(norm, learns):
    graph = random_graph(40, 200, sparse_features=False, seed=0)
    encoder = GCNEncoder(12, (8, 4), norm=norm, generator=torch.Generator().manual_seed(0)).train()
    if norm == "frozen":
        encoder(graph.view())
        for module in encoder.norms:
            module.freeze()
    target = torch.randn(40, 4, generator=torch.Generator().manual_seed(1))
    (encoder(graph.view()) - target).square().sum().backward()
    for layer in encoder.convs:
        assert (layer.bias.grad.abs().max() > 1e-3 * layer.weight.grad.abs().max()) == learns
