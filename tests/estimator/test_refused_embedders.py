"""Files that hold no embedder, or parts of one that do not fit together: each is refused in one line."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from small_embedder import club, embedder

from rgrl import RGRLEmbedder
from rgrl.errors import DataError


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    path = tmp_path_factory.mktemp("whole") / "a.safetensors"
    embedder(features="degree").fit(club()).save(path)
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    del metadata["sha256"]  # so that the parts are judged by themselves
    return tensors, metadata


def _bytes(text: str) -> torch.Tensor:
    return torch.tensor(list(text.encode()), dtype=torch.uint8)


def _changed(text: str, **changes: Any) -> str:
    return json.dumps({**json.loads(text), **changes})


@pytest.mark.parametrize(
    ("tensors", "metadata", "message"),
    [
        ({}, {"format": "other"}, "holds no RGRLEmbedder: a file that RGRLEmbedder.save wrote is needed"),
        ({}, {"format_version": "2"}, "has version '2' of its format: this rgrl reads version 1"),
        ({}, {"params": "[]"}, "is damaged: params is no table"),
        ({}, {"params": "{"}, "is damaged: params cannot be read: Expecting property name"),
        ({}, {"facts": "[" * 100_000}, "is damaged: facts cannot be read: maximum recursion depth exceeded"),
        ({}, {"params": "[" + "9" * 5000 + "]"}, "is damaged: params cannot be read: Exceeds the limit"),
        ({}, {"params": None}, "is damaged: params cannot be read"),
        (
            {},
            {"params": {"layers": [16, 4]}},
            r"fit together \(the weight '.*convs.1.weight' is float32 \[16, 8\]: float32 \[16, 4\] is needed",
        ),
        (
            {},
            {"params": {"layers": [16, 8, 8]}},
            r"fit together \(the weight 'encoder.activations.2.weight' is missing",
        ),
        ({}, {"params": {"activation": "relu"}}, r"'encoder.activations.0.weight' is none of this model's\)"),
        (
            {},
            {"params": {"layers": [10**6] * 2}},
            r"need 2\d{12} weights or more: there are \d+ in \d+ tensors",
        ),
        ({}, {"params": {"layers": [1] * 10**6}}, "32 features, 1000000 layers and predictor_hidden 16 need"),
        ({}, {"params": {"layers": [1] * 99, "predictor_hidden": 1}}, r"there are \d+ in \d\d tensors"),
        ({}, {"params": {"predictor_hidden": 10**6}}, "predictor_hidden 1000000 need 160"),
        (
            {},
            {"params": {"encoder": "gat", "layers": [16, 7]}},
            "heads is 4: a divisor of the layer's width 7",
        ),
        ({}, {"params": {"undirected": "yes"}}, "undirected is 'yes': True or False is needed"),
        ({}, {"params": {"features": ["degree"]}}, r"features is \('degree',\): accepted are None, 'degree'"),
        ({}, {"params": {"output": 5}}, "output is 5: accepted are None, 'numpy'"),
        ({}, {"params": {"block_rows": 0}}, "block_rows is 0: a whole number of at least 1"),
        ({}, {"params": {"random_state": -1}}, "random_state is -1: a whole number"),
        ({}, {"params": {"device": None}}, "device is None: a name such as 'cpu' is needed"),
        ({}, {"params": {"callback": "print"}}, "callback is 'print': a file holds none"),
        ({}, {"params": {"alpha": "0.5"}}, "alpha is '0.5': a number above 0"),
        ({}, {"params": {"beta": float("nan")}}, "beta is nan: a number of at least 0"),
        ({}, {"facts": {"n_features_in_": 31}}, r"convs.0.weight' is float32 \[32, 16\]: float32 \[31, 16\]"),
        ({}, {"facts": {"n_features_in_": 2**62}}, "4611686018427387904 features, 2 layers and"),
        (
            {},
            {"facts": {"n_features_in_": 2**63}},
            "n_features_in_ is 9223372036854775808: a whole number of",
        ),
        ({}, {"facts": {"n_features_in_": True}}, "n_features_in_ is True: a whole number of at least 1"),
        ({}, {"facts": {"n_iter_": 3}}, "loss_curve has 4 updates, but n_iter_ is 3"),
        ({}, {"facts": {"seconds_": "1"}}, "seconds_ is '1': a number of at least 0"),
        ({}, {"facts": {"seed_": -1}}, "seed_ is -1: a whole number of at least 0"),
        ({}, {"facts": {"_edges_key": "x"}}, "_edges_key is 'x': a SHA-256 is needed"),
        ({}, {"facts": {"other": 1}}, "facts have the unknown 'other'"),
        ({}, {"facts": {"feature_names_in_": "age"}}, "feature_names_in_ is 'age': a list of names, or none"),
        ({}, {"facts": {"feature_names_in_": ["a"]}}, "feature_names_in_ has 1 names: n_features_in_ is 32"),
        ({}, {"params": {"standardize": True}}, "standardize is True, but there is no mean of the features"),
        ({"feature_mean": torch.ones(32)}, {}, "is damaged: the tensor 'feature_std' is missing"),
        ({"feature_mean": torch.ones(32), "feature_std": torch.ones(32)}, {}, "standardize is False, but"),
        (
            {"feature_mean": torch.ones(31), "feature_std": torch.ones(31)},
            {"params": {"standardize": True}},
            "mean and deviation of the features: 32 finite ones each are needed",
        ),
        (
            {"feature_mean": torch.ones(32), "feature_std": torch.full((32,), -1.0)},
            {"params": {"standardize": True}},
            "a deviation of the features is -1.0: at least 0 is needed",
        ),
        ({}, {"params": {"learning": 1}}, "is damaged: its parts do not fit together .*'learning'"),
        ({}, {"params": {"epochs": -4}}, "is damaged: its parts do not fit together .*epochs is -4"),
        ({}, {"facts": "{}"}, "is damaged: its parts do not fit together .*have no '_edges_key'"),
        ({"node_ids": torch.arange(3)}, {}, "is damaged: node_ids has 3 ids: one for each of 34 nodes"),
        ({"node_ids": torch.zeros(34).long()}, {}, "is damaged: node_ids has 0 at places 0 and 1"),
        (
            {"node_ids": torch.rand(34)},
            {},
            r"'node_ids' is torch.float32 \[34\]: torch.int64 of 1 dimensions",
        ),
        ({"node_ids_json": torch.zeros(2).byte()}, {}, "the tensor 'node_ids_json' is none of an embedder's"),
        (
            {"node_ids": None, "node_ids_json": _bytes("[" * 99_999)},
            {},
            "node_ids_json cannot be read: maximum",
        ),
        (
            {"node_ids": None, "node_ids_json": _bytes("7")},
            {},
            "node_ids_json cannot be read: no list of ids",
        ),
        (
            {"node_ids": None, "node_ids_json": _bytes(json.dumps([{}] * 34))},
            {},
            "node_ids has a dict at place",
        ),
        ({"node_ids": None, "node_ids_json": torch.full((1,), 255).byte()}, {}, "'utf-8' codec can't decode"),
        ({"node_ids": None}, {}, "the tensor 'node_ids_json' is missing"),
        ({"loss_curve": None}, {}, "is damaged: the tensor 'loss_curve' is missing"),
        ({"loss_curve": torch.full((4,), torch.inf).double()}, {}, "loss_curve holds NaN or infinite values"),
        (
            {"embeddings": torch.full((34, 8), torch.nan)},
            {},
            "embeddings: 272 of 272 values are NaN or infinite",
        ),
        ({"embeddings": torch.ones(34, 9)}, {}, "embeddings have 9 columns: the model gives 8"),
        ({"embeddings": torch.ones(33, 8)}, {}, "node_ids has 34 ids: one for each of 33 nodes"),
        ({"embeddings": torch.ones(34, 0)}, {}, r"embeddings have shape \[34, 0\]: at least \[1, 1\]"),
        ({"embeddings": torch.ones(34, 8).double()}, {}, "'embeddings' is torch.float64"),
        (
            {"model.encoder.convs.1.bias": torch.full((8,), torch.nan)},
            {},
            "convs.1.bias' holds NaN or infinite",
        ),
        (
            {"model.encoder.convs.1.bias": torch.ones(8).double()},
            {},
            r"float64 \[8\]: float32 \[8\] is needed",
        ),
        ({"model.encoder.convs.1.bias": None}, {}, "the weight 'encoder.convs.1.bias' is missing"),
        ({"model.other": torch.ones(8)}, {}, "the weight 'other' is none of this model's"),
        ({"other": torch.ones(8)}, {}, "the tensor 'other' is none of an embedder's"),
    ],
)
def test_files_of_something_else_are_refused(
    tmp_path: Path, parts: Any, tensors: Any, metadata: Any, message: str
) -> None:
    values = {name: value for name, value in {**parts[0], **tensors}.items() if value is not None}
    texts = dict(parts[1])
    for name, change in metadata.items():
        if change is None:
            del texts[name]
        else:
            texts[name] = change if isinstance(change, str) else _changed(texts[name], **change)
    save_file(values, tmp_path / "a.safetensors", metadata=texts)
    with pytest.raises(DataError, match=message) as caught:
        RGRLEmbedder.load(tmp_path / "a.safetensors")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "change", [{"layers": [10**6, 10**6]}, {"predictor_hidden": 10**6}, {"layers": [1] * 10**6}]
)
def test_nothing_is_built_of_settings_that_need_more_weights_than_there_are(
    tmp_path: Path, parts: Any, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Any] = []
    monkeypatch.setattr(
        "rgrl.estimator.model_of.rgrl_from_preset", lambda *arguments: built.append(arguments)
    )
    texts = {**parts[1], "params": _changed(parts[1]["params"], **change)}
    save_file(parts[0], tmp_path / "a.safetensors", metadata=texts)
    with pytest.raises(DataError, match="weights or more: there are"):
        RGRLEmbedder.load(tmp_path / "a.safetensors")
    assert built == []


def test_files_that_are_missing_or_cut_short_are_refused(tmp_path: Path, parts: Any) -> None:
    with pytest.raises(DataError, match=r"none\.safetensors cannot be read: No such file"):
        RGRLEmbedder.load(tmp_path / "none.safetensors")
    path = tmp_path / "a.safetensors"
    save_file(parts[0], path, metadata=parts[1])
    for length in (0, 5, 100, path.stat().st_size - 1):
        cut = tmp_path / "cut.safetensors"
        cut.write_bytes(path.read_bytes()[:length])
        with pytest.raises(DataError, match="is damaged or no safetensors file"):
            RGRLEmbedder.load(cut)


def test_a_file_without_names_and_scales_is_one_of_before_there_were_any(tmp_path: Path, parts: Any) -> None:
    texts = dict(parts[1])
    for part, name in (("params", "standardize"), ("facts", "feature_names_in_")):
        assert name not in json.loads(texts[part])  # which the versions of then would refuse
    save_file(parts[0], tmp_path / "a.safetensors", metadata=texts)
    loaded = RGRLEmbedder.load(tmp_path / "a.safetensors")
    assert loaded.standardize is False
    assert not hasattr(loaded, "feature_names_in_")
    assert torch.equal(torch.from_numpy(loaded.transform(club())), parts[0]["embeddings"])


def test_a_pickle_from_before_scales_is_taken() -> None:
    fitted = RGRLEmbedder(epochs=1, layers=(4, 2), features="degree").fit(club())
    expected = fitted.embedding_
    for name in ("standardize", "feature_scale_"):
        del fitted.__dict__[name]
    again = pickle.loads(pickle.dumps(fitted))
    assert again.standardize is False
    assert np.array_equal(again.transform(club()), expected)
