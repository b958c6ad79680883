from __future__ import annotations

from functools import partial

import pytest
import torch

from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.graph.augment import EdgeDrop
from rgrl.methods import RGRL
from rgrl.nn import GCNEncoder
from rgrl.presets import RGRLPreset

GRAPH = Graph.from_edge_index([[0, 1, 1, 2], [1, 0, 2, 1]], x=torch.eye(3))

NOTHING = [
    {"global_weight": 0.0, "num_local_anchors": 1},
    {"local_weight": 0.0, "num_anchors": 1},
    {"num_anchors": 1, "num_local_anchors": 1},
]
SOMETHING = [
    {"global_weight": 0.0, "num_local_anchors": 2},
    {"local_weight": 0.0, "num_anchors": 2},
    {"num_anchors": 1, "num_local_anchors": 2},
]


def model(**settings: float) -> RGRL:
    generator = torch.Generator().manual_seed(0)
    encoder = GCNEncoder(3, (4, 2), norm="none", generator=generator)
    return RGRL(encoder, views=(EdgeDrop(0.3),) * 2, generator=generator, **settings)


@pytest.mark.parametrize("settings", NOTHING)
def test_one_anchor_is_nothing_to_learn_from(settings: dict[str, float]) -> None:
    for build in (model, partial(RGRLPreset, epochs=1)):
        with pytest.raises(ConfigError, match="the relation to one anchor is always 1"):
            build(**settings)


@pytest.mark.parametrize("settings", SOMETHING)
def test_what_is_accepted_has_a_gradient(settings: dict[str, float]) -> None:
    RGRLPreset(epochs=1, **settings)
    own = model(**settings)
    own.loss(own.plan(GRAPH), torch.Generator().manual_seed(1)).backward()
    gradients = [parameter.grad for parameter in own.encoder.parameters() if parameter.grad is not None]
    assert any(gradient.abs().max() > 0 for gradient in gradients)
