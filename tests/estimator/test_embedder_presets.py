from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from rgrl.errors import ConfigError
from rgrl.estimator import RGRLEmbedder
from rgrl.estimator.settings import SETTINGS
from rgrl.presets import RGRLPreset, load_preset


def test_defaults_and_names_are_those_of_the_preset() -> None:
    params, preset = RGRLEmbedder().get_params(), load_preset("rgrl-default")
    assert {name: params[name] for name in SETTINGS} == {name: getattr(preset, name) for name in SETTINGS}
    fields = {field.name for field in dataclasses.fields(RGRLPreset)}
    assert fields - set(SETTINGS) == {"batch_size", "eval_every", "patience"}
    cora = RGRLEmbedder.from_preset("cora", epochs=3)
    assert (cora.epochs, cora.layers, cora.num_anchors) == (3, (256, 128), 128)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "the preset 'rgrl-nowhere' is unknown: accepted are 'citeseer', .*, or a .toml file$"),
        ("rgrl-nowhere", "the preset 'rgrl-nowhere' is unknown: accepted are 'citeseer'"),
        (
            "dgi-cora",
            "the preset 'dgi-cora' is of the method 'dgi': one of 'rgrl' is needed; accepted are 'citeseer'",
        ),
        ("ressl-digits", "the preset 'ressl-digits' is of the method 'ressl': one of 'rgrl' is needed"),
        ("ppi", "the preset 'ppi' trains on batches of graphs: RGRLEmbedder takes one graph"),
    ],
)
def test_presets_that_it_cannot_use(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        RGRLEmbedder.from_preset(name)
    accepted = re.findall(r"'([a-z-]+)'(?=,| or)", str(caught.value).partition("citeseer")[2])
    assert "ppi" not in accepted
    for other in accepted:
        assert (
            RGRLEmbedder.from_preset(other).get_params()
            == RGRLEmbedder.from_preset(f"rgrl-{other}").get_params()
        )
    assert {"cora", "default", "ogbn-arxiv"} < set(accepted)


def test_a_preset_of_ones_own(tmp_path: Any) -> None:
    path = tmp_path / "own.toml"
    path.write_text("epochs = 2\nlayers = [4]\n")
    assert RGRLEmbedder.from_preset(str(path)).layers == RGRLEmbedder.from_preset(path).layers == (4,)
    path.write_text('method = "dgi"\nepochs = 2\n')
    with pytest.raises(ConfigError, match="is of the method 'dgi': one of 'rgrl' is needed"):
        RGRLEmbedder.from_preset(str(path))
