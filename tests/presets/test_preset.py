from __future__ import annotations

import re

import pytest

from rgrl.errors import ConfigError
from rgrl.presets import (
    METHOD_PRESETS,
    RGRLPreset,
    has_preset,
    load_preset,
    method_preset,
    parse_setting,
    preset_names,
)

PUBLISHED = """
wikics    512-256 512 1e-3 1500  2048 2 .2 .1 .2 .3 .05 1.0 .99  .01 1.0
computers 256-128 512 1e-3 15000 512  4 .2 .1 .5 .4 .01 1.0 .999 .1  1.0
photo     512-256 512 1e-3 5000  512  4 .1 .2 .4 .1 .01 1.0 .9   .1  1.0
cs        512-256 512 1e-3 300   1024 8 .3 .4 .3 .2 .01 .01 .9   0   1.0
physics   256-128 512 5e-3 400   256  8 .1 .4 .4 .1 .01 .1  .9   .01 .7
cora      256-128 256 1e-3 400   128  2 .3 .4 .2 .4 .01 1.0 .9   .1  1.0
citeseer  512-256 512 5e-3 50    128  2 .3 .2 .2 .0 .01 .1  .9   .1  1.0
pubmed    512-256 512 1e-2 2500  1024 2 .0 .2 .4 .1 .01 .1  .9   0   1.0
corafull  512-256 512 1e-4 2000  8192 2 .5 .5 .5 .5 .01 .1  .9   0   1.0
"""


@pytest.mark.parametrize("row", PUBLISHED.split("\n")[1:-1])
def test_presets_are_the_published_configurations(row):
    name, layers, hidden, *numbers = row.split()
    lr, epochs, m, k, f1, f2, e1, e2, tau_t, tau_td, alpha, beta, lam = map(float, numbers)
    assert load_preset(f"rgrl-{name}") == RGRLPreset(
        epochs=int(epochs),
        learning_rate=lr,
        layers=tuple(int(w) for w in layers.split("-")),
        norm="frozen",
        predictor_hidden=int(hidden),
        feature_mask=(f1, f2),
        edge_drop=(e1, e2),
        num_anchors=int(m),
        num_local_anchors=int(k),
        teacher_temperature=tau_t,
        local_teacher_temperature=tau_td,
        alpha=alpha,
        beta=beta,
        local_weight=lam,
        precision="auto" if name in ("cora", "cs") else "fp32",  # where the two were held against each other
    )


def test_every_preset_in_the_package_can_be_read():
    assert {"rgrl-karate", "rgrl-digits"} <= set(preset_names())
    for name in preset_names():
        assert name.startswith(f"{load_preset(name).method}-")


def test_equal_settings_of_two_methods_differ_in_their_hash():
    hashes = {
        kind.from_mapping({"epochs": 3} if "epochs" in kind.__dataclass_fields__ else {}, source="x").hash
        for kind in METHOD_PRESETS.values()
    }
    assert len(hashes) == len(METHOD_PRESETS)


@pytest.mark.parametrize("method", METHOD_PRESETS)
def test_every_method_has_settings_for_a_graph_that_nobody_knows(method):
    assert has_preset(method, "default")
    assert not has_preset(method, "mine")
    assert method_preset(method, "mine") == load_preset(f"{method}-default")
    assert type(method_preset(method, "cora")) is METHOD_PRESETS[method]


def test_a_method_with_a_hyphen_is_told_from_its_dataset():
    assert load_preset("cca-ssg-cora").method == "cca-ssg"
    assert load_preset("cca-ssg-cora").decorrelation == 1e-3


def test_a_file_of_ones_own_may_name_its_method(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('method = "grace"\nepochs = 3\n')
    assert (load_preset(str(path)).method, load_preset(str(path)).epochs) == ("grace", 3)
    path.write_text('method = "grce"\nepochs = 3\n')
    with pytest.raises(ConfigError, match=r"the method 'grce': accepted are rgrl, bgrl"):
        load_preset(str(path))
    for other in ('["a"]', "{a = 1}", "3"):
        path.write_text(f"method = {other}\nepochs = 3\n")
        with pytest.raises(ConfigError, match=r"mine\.toml has the method .*: accepted are rgrl, bgrl"):
            load_preset(str(path))
    with pytest.raises(ConfigError, match="'grce' has no preset; did you mean 'grace'"):
        method_preset("grce", "cora")


def test_only_a_cosine_has_a_warmup():
    assert load_preset("bgrl-cs").warmup == 1000
    with pytest.raises(ConfigError, match="warmup is 3: only schedule = 'cosine'"):
        load_preset("rgrl-cora").replace({"warmup": 3})


def test_changes_change_the_hash_and_equal_settings_do_not():
    preset = load_preset("rgrl-cora")
    assert preset.replace({"epochs": 400}).hash == preset.hash
    assert preset.replace({"local_weight": 1}).hash == preset.hash
    assert preset.replace({"epochs": 401}).hash != preset.hash
    assert preset.replace({"layers": [64, 32]}).layers == (64, 32)


@pytest.mark.parametrize("method", ["rgrl", "bgrl", "grace", "dgi", "cca-ssg"])
def test_on_several_graphs_every_trained_method_has_batches(method):
    assert has_preset(method, "ppi")
    assert method_preset(method, "ppi").batch_size >= 1


def test_a_setting_that_nobody_made_is_no_part_of_the_preset():
    """So that results from before there was one are found again."""
    preset = load_preset("rgrl-cora")
    assert preset.batch_size is None
    assert "batch_size" not in preset.to_dict()
    assert preset.hash == "4086938485d5"
    assert preset.replace({"batch_size": 2}).hash != preset.hash
    assert preset.replace({"batch_size": 2}).replace({"batch_size": None}) == preset


def test_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("epochs = 3\nlocal_weight = 2\n")
    assert load_preset(str(path)) == RGRLPreset(epochs=3, local_weight=2.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("epochs=5", ("epochs", 5)),
        ("layers = [64, 32]", ("layers", [64, 32])),
        ("norm=layer", ("norm", "layer")),
        ('norm="layer"', ("norm", "layer")),
        ("include_self=false", ("include_self", False)),
        ("learning_rate=1e-3", ("learning_rate", 1e-3)),
    ],
)
def test_settings_are_read_as_toml(text, expected):
    assert parse_setting(text) == expected


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("layers=64,32", "layers=[64, 32]"),
        ("edge_drop=0.3, 0.1", "edge_drop=[0.3, 0.1]"),
        ("layers=64;32", "layers=[512, 256]"),
        ("epochs=1 000", "epochs=100"),
        ("batch_size=2,", "batch_size=100"),
        ("learning_rate=0,001", "learning_rate=0.001"),
        ("include_self=?", "include_self=true"),
        ("norm=layer norm", 'norm="frozen"'),
        ("norms=a b", "layers=[64, 32]"),
    ],
)
def test_what_is_no_toml_is_refused_with_an_example_of_its_type(text, example):
    with pytest.raises(ConfigError, match=re.escape(f"its value is no TOML value, such as {example}") + "$"):
        parse_setting(text)
    assert parse_setting(example)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_anchor": 3}, "unknown key 'num_anchor': did you mean 'num_anchors'"),
        ({"epoch": 3}, "did you mean 'epochs'"),
        ({"quux": 3}, "unknown key 'quux': accepted are epochs, batch_size, .*local_weight"),
        ({"epochs": -1}, "epochs is -1: a whole number of at least 0"),
        ({"epochs": 1.5}, r"epochs is 1\.5"),
        ({"batch_size": 0}, "batch_size is 0: a whole number of at least 1"),
        ({"batch_size": "all"}, "batch_size is 'all'"),
        ({"epochs": True}, "epochs is True"),
        ({"norm": "bach"}, "norm is 'bach': one of \"batch\""),
        ({"layers": []}, r"layers is \[\]"),
        ({"layers": 64}, "layers is 64"),
        ({"edge_drop": [0.2]}, r"edge_drop is \[0\.2\]: a pair of probabilities"),
        ({"feature_mask": [0.2, 1.5]}, "a pair of probabilities"),
        ({"teacher_temperature": 0}, r"teacher_temperature is 0\.0: a number above 0"),
        ({"student_temperature": 1e-300}, r"is 1e-300: a number above 0, at least 1e-06, is needed"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        (
            {"layers": [8, 100_000_000_000]},
            r"layers is \[8, 100000000000\]: .* from 1 to 1,000,000",
        ),
        ({"predictor_hidden": 1_000_001}, "predictor_hidden is 1000001: a whole number from 1 to 1,000,000"),
        ({"learning_rate": 10**400}, "learning_rate has a whole number near 1e400: at most 9,223,372"),
        ({"epochs": 1 << 20_000}, "epochs has a whole number near 1e6021: at most"),
        ({"edge_drop": [0, -(10**400)]}, "edge_drop has a whole number near -1e400: at most"),
        ({"alpha": 2}, r"alpha is 2\.0"),
        ({"include_self": 1}, "include_self is 1: true or false"),
        ({"global_weight": 0, "local_weight": 0}, "both 0"),
    ],
)
def test_bad_settings_are_named(changes, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load_preset("rgrl-cora").replace(changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("preset", "changes", "message"),
    [
        ("node2vec-default", {"walk_length": 1}, "walk_length is 1: a whole number from 2 to 10,000"),
        ("supervised-default", {"dropout": 1.0}, r"dropout is 1\.0: a number of at least 0 and below 1"),
        ("node2vec-default", {"epochs": 3}, "the preset of node2vec has the unknown key 'epochs'"),
    ],
)
def test_what_a_method_would_refuse_is_refused_before_it_runs(preset, changes, message):
    with pytest.raises(ConfigError, match=message):
        load_preset(preset).replace(changes)


def test_standardised_features_are_not_divided_by_their_sum():
    assert not load_preset("bgrl-wikics").row_normalize
    assert load_preset("bgrl-cs").row_normalize


def test_bad_names_and_files_are_named(tmp_path):
    with pytest.raises(ConfigError, match="'rgrl-nothing' is unknown: accepted are bgrl-computers"):
        load_preset("rgrl-nothing")
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        load_preset(str(tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_text("epochs = = 3")
    with pytest.raises(ConfigError, match="is no TOML"):
        load_preset(str(tmp_path / "bad.toml"))
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(ConfigError, match="has no 'epochs'"):
        load_preset(str(tmp_path / "empty.toml"))
    (tmp_path / "long.toml").write_text(f"epochs = {'1' * 5000}")
    with pytest.raises(ConfigError, match="is no TOML"):
        load_preset(str(tmp_path / "long.toml"))
    for text in ("epochs", "=3", "epochs=", "layers=[1", "epochs=" + "1" * 5000):
        with pytest.raises(ConfigError, match="is not understood") as caught:
            parse_setting(text)
        assert len(str(caught.value)) < 150
