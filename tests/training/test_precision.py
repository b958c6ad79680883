from __future__ import annotations

import pytest
import torch

from rgrl.datasets import load_dataset
from rgrl.errors import ConfigError
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.methods import RGRL
from rgrl.nn import GCNEncoder
from rgrl.training import precision as precision_module
from rgrl.training import products, settled_precision, train


def losses(precision: str, *, epochs: int = 30, norm: str = "frozen") -> list[float]:
    graph = load_dataset("digits").graph
    generator = torch.Generator().manual_seed(0)
    view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])
    encoder = GCNEncoder(graph.num_features, (32, 16), norm=norm, generator=generator)
    model = RGRL(encoder, views=(view, view), predictor_hidden=32, num_anchors=64, generator=generator)
    updates = train(model, graph, epochs=epochs, precision=precision, generator=generator)
    found = [float(update.loss) for update in updates]
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())
    assert model.embed(graph).dtype == torch.float32
    return found


@pytest.mark.parametrize("norm", ["frozen", "batch", "layer", "none"])
def test_bf16_learns_as_fp32_does(norm):
    full, half = losses("fp32", norm=norm), losses("bf16", norm=norm)
    assert full != half
    torch.testing.assert_close(torch.tensor(half), torch.tensor(full), rtol=0.03, atol=0.01)
    assert half[-1] < 0.95 * half[0]


def test_an_unknown_precision_is_named():
    with pytest.raises(ConfigError, match="precision is 'fp8': accepted are 'auto', 'fp32', 'bf16'"):
        losses("fp8")


def test_auto_is_bf16_where_the_processor_has_it(monkeypatch):
    for native, expected in ((True, "bf16"), (False, "fp32")):
        monkeypatch.setattr(precision_module, "has_native_bf16", lambda native=native: native)
        assert settled_precision("auto", torch.device("cpu")) == expected
        assert settled_precision("auto", torch.device("cuda")) == "fp32"
        assert settled_precision("bf16", torch.device("cpu")) == "bf16"


def test_nothing_of_it_is_left_behind():
    setting = torch.backends.mkldnn.matmul
    before = setting.fp32_precision
    for precision in ("fp32", "bf16"):
        with pytest.raises(KeyError), products(precision, torch.device("cpu")):
            raise KeyError
        assert setting.fp32_precision == before
        assert not torch.is_autocast_enabled("cpu")


def test_fp32_products_are_full_products():
    a, b = (torch.randn(300, 300, generator=torch.Generator().manual_seed(s)) for s in (0, 1))
    with products("fp32", torch.device("cpu")):
        product = a @ b
    torch.testing.assert_close(product.double(), a.double() @ b.double(), rtol=1e-4, atol=1e-4)


def test_within_autocast_of_the_callers_weights_are_those_after_the_step():
    weight, rows = torch.nn.Parameter(torch.zeros(1, 1)), torch.ones(1, 1)
    found = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        for _ in range(3):
            with products("bf16", torch.device("cpu")):
                found.append(float(torch.nn.functional.linear(rows, weight)))
            with torch.no_grad():
                weight += 1
            found.append(float(torch.nn.functional.linear(rows, weight)))
    assert found == [0, 1, 1, 2, 2, 3]


def test_fp32_on_a_gpu_keeps_convolutions_from_tf32_and_puts_the_setting_back():
    setting, name, full = precision_module._convolutions()
    before = getattr(setting, name)
    with products("fp32", torch.device("cuda")):
        assert getattr(setting, name) == full
    assert getattr(setting, name) == before != full


def test_of_several_threads_inside_the_last_puts_the_setting_back():
    setting, name, full = precision_module._convolutions()
    before = getattr(setting, name)
    first, second = (products("fp32", torch.device("cuda")) for _ in range(2))
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert getattr(setting, name) == full
    second.__exit__(None, None, None)
    assert getattr(setting, name) == before
