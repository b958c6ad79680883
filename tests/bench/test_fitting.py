"""What a method cannot do with a dataset."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from rgrl.bench import do_work as module
from rgrl.bench.fitting import require_fitting
from rgrl.datasets import Dataset, load_dataset
from rgrl.errors import ConfigError, DataError
from rgrl.presets import load_preset


@pytest.fixture(scope="module")
def karate() -> Dataset:
    return load_dataset("karate")


def test_a_relation_has_to_be_one_of_the_dataset(karate):
    multiplex = dataclasses.replace(karate, relations={"MAM": karate.graph, "MDM": karate.graph})
    for method in ("rgrl", "rgrl:mam", "rgrl-merged"):
        require_fitting(method, load_preset("rgrl-karate"), multiplex)
    with pytest.raises(DataError, match="names the relation 'xxx': accepted are mam, mdm"):
        require_fitting("rgrl:xxx", load_preset("rgrl-karate"), multiplex)
    with pytest.raises(DataError, match="rgrl-merged merges relations: karate has one"):
        require_fitting("rgrl-merged", load_preset("rgrl-karate"), karate)


def test_a_supervised_network_takes_one_label_a_node(karate):
    preset = load_preset("supervised-default")
    require_fitting("supervised", preset, karate)
    several = dataclasses.replace(karate, labels=torch.ones(34, 3, dtype=torch.bool))
    with pytest.raises(ConfigError, match="takes one label a node: karate has several"):
        require_fitting("supervised", preset, several)


@pytest.mark.parametrize("method", ["rgrl:mam", "rgrl-merged"])
def test_it_is_refused_before_anything_is_computed(bench, refused, tmp_path, monkeypatch, method):
    monkeypatch.setattr(module, "_raw_mean", lambda *_: pytest.fail("raw features were probed"))
    told = refused(bench("run", "karate", "--methods", method, "--out", tmp_path))
    assert method in told
