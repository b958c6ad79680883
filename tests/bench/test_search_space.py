from __future__ import annotations

import json

import pytest

from rgrl.bench.methods import METHODS, preset_family
from rgrl.bench.search_range import SearchRange
from rgrl.bench.search_space import SEARCH_SPACES, search_space, tunable_method, values_of, with_values
from rgrl.errors import ConfigError
from rgrl.presets import METHOD_PRESETS, load_preset, preset_names

TUNED = [name for name in preset_names() if not name.startswith("ressl-")]


@pytest.mark.parametrize("name", TUNED)
def test_a_preset_lies_in_its_own_space_and_its_values_give_it_back(name):
    preset = load_preset(name)
    space = search_space(preset.method, preset, num_nodes=10**6)
    values = values_of(preset, space)
    for setting, bounds in space.items():
        inside = bounds.low <= values[setting] <= bounds.high if isinstance(bounds, SearchRange) else None
        assert inside if inside is not None else values[setting] in bounds
    assert with_values(preset, values) == preset


@pytest.mark.parametrize("method", SEARCH_SPACES)
def test_every_bound_is_a_value_that_the_preset_accepts(method):
    preset = load_preset(f"{method}-default")
    space = search_space(method, preset, num_nodes=10**6)
    corners = {
        name: [bounds.low, bounds.high] if isinstance(bounds, SearchRange) else bounds
        for name, bounds in space.items()
    }
    for name, values in corners.items():
        for value in values:
            assert values_of(with_values(preset, {name: value}), {name: None}) == {name: value}
    json.dumps({name: list(values) for name, values in corners.items()})


def test_every_method_but_the_fixed_ones_has_a_space():
    tuned = {method for method in METHODS if method not in ("raw", "untrained")}
    assert {preset_family(method) for method in tuned} == set(SEARCH_SPACES)
    assert {tunable_method(name) for name in tuned} == tuned
    for method, space in SEARCH_SPACES.items():
        assert space.keys() <= METHOD_PRESETS[method].__dataclass_fields__.keys()
    for name in ("raw", "untrained"):
        with pytest.raises(ConfigError, match="nothing to tune"):
            tunable_method(name)


def test_views_have_rates_of_their_own():
    preset = load_preset("rgrl-cora")
    changed = with_values(preset, {"edge_drop.2": 0.123456, "feature_mask.1": 0.3, "num_anchors": 77})
    assert (changed.edge_drop, changed.feature_mask) == ((0.2, 0.1235), (0.3, 0.4))
    assert changed.num_anchors == 77


def test_there_are_no_more_anchors_than_nodes_and_what_is_off_stays_off():
    preset = load_preset("rgrl-karate").replace({"local_weight": 0})
    space = search_space("rgrl", preset, num_nodes=20)
    assert (space["num_anchors"].low, space["num_anchors"].high) == (16, 20)
    assert "local_weight" not in space
    assert "local_weight" in search_space("rgrl", load_preset("rgrl-karate"), num_nodes=20)


def test_what_deepwalk_fixes_is_not_searched():
    preset = load_preset("node2vec-default")
    walk, free = (search_space(name, preset, num_nodes=9) for name in ("deepwalk", "node2vec"))
    assert free.keys() - walk.keys() == {"p", "q"}
