from __future__ import annotations

import pytest
import torch

from rgrl.errors import ConfigError
from rgrl.nn import make_activation


@pytest.mark.parametrize("inplace", [False, True])
def test_relu_learns_nothing_and_prelu_one_slope(inplace):
    x = torch.tensor([[-4.0, 0.0, 2.0]])
    relu, prelu = (make_activation(name, inplace=inplace) for name in ("relu", "prelu"))
    assert relu(x.clone()).tolist() == [[0.0, 0.0, 2.0]]
    assert prelu(x.clone()).tolist() == [[-1.0, 0.0, 2.0]]
    assert list(relu.parameters()) == []
    assert sum(p.numel() for p in prelu.parameters()) == 1


def test_a_bad_name_is_named():
    with pytest.raises(ConfigError, match="activation is 'elu': accepted are 'prelu', 'relu'"):
        make_activation("elu")
