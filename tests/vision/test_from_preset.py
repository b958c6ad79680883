from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.presets import ReSSLPreset, load_preset
from rgrl.vision import (
    SplitBatchNorm,
    digit_images,
    pretrain_from_preset,
    ressl_from_preset,
    views_from_preset,
)

# epochs batch lr wd decay of vectors, size, head, queue, momentum, τ_s, τ_t
PUBLISHED = {
    "ressl-small": (200, 256, 0.06, 5e-4, True, 32, "cifar", 2048, 128, 4096, 0.99, 0.1, 0.04),
    "ressl-medium": (200, 256, 0.06, 5e-4, True, 64, "pooled", 2048, 128, 16384, 0.996, 0.1, 0.04),
    "ressl-imagenet": (200, 256, 0.05, 1e-4, False, 224, "imagenet", 4096, 512, 131072, 0.999, 0.1, 0.04),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_presets_are_the_published_settings(name: str) -> None:
    epochs, batch, lr, wd, vectors, size, stem, hidden, dim, queue, momentum, tau_s, tau_t = PUBLISHED[name]
    assert load_preset(name) == ReSSLPreset(
        epochs=epochs,
        batch_size=batch,
        learning_rate=lr,
        weight_decay=wd,
        decay_vectors=vectors,
        warmup_epochs=5,
        image_size=size,
        multi_crop=False,
        width=64,
        stem=stem,
        norm_splits=8,
        projector_hidden=hidden,
        projector_dim=dim,
        predictor=False,
        queue_size=queue,
        momentum=momentum,
        student_temperature=tau_s,
        teacher_temperature=tau_t,
        infonce_warmup=0,
        precision="fp32",
    )


def test_a_model_has_the_presets_parts() -> None:
    preset = load_preset("ressl-small")
    model = ressl_from_preset(preset)
    assert model.embedding_dim == 512
    assert [tuple(layer.weight.shape) for layer in (model.student.head.first, model.student.head.second)] == [
        (2048, 512),
        (128, 2048),
    ]
    assert model.queue.rows.shape == (4096, 128)
    assert (model.relation.student_temperature, model.relation.teacher_temperature) == (0.1, 0.04)
    assert model.teacher.momentum == 0.99
    splits = {norm.splits for norm in model.backbone.modules() if isinstance(norm, SplitBatchNorm)}
    assert splits == {8}
    assert isinstance(model.predictor, nn.Identity)
    changed = preset.replace({"predictor": True, "infonce_warmup": 7, "width": 2})
    own = ressl_from_preset(changed)
    assert (own.infonce_warmup, own.predictor.first.out_features, own.embedding_dim) == (7, 2048, 16)
    backbone = nn.Linear(1, 1)
    backbone.embedding_dim = 5  # type: ignore[assignment]
    assert ressl_from_preset(preset, backbone=backbone).backbone is backbone


def test_views_are_one_or_five() -> None:
    pytest.importorskip("kornia")
    preset = load_preset("ressl-medium")
    assert len(views_from_preset(preset)[0]) == 1
    student, teacher = views_from_preset(preset.replace({"multi_crop": True}))
    sizes = [view(torch.rand(1, 3, 64, 64)).shape[-1] for view in (*student, teacher)]
    assert sizes == [64, 55, 46, 37, 27, 64]


def test_it_trains_by_the_presets_settings() -> None:
    def plain(images: Tensor, generator: torch.Generator | None) -> Tensor:
        return images / 255

    changes = {"epochs": 2, "batch_size": 32, "warmup_epochs": 1, "width": 2, "queue_size": 32}
    preset = load_preset("ressl-default").replace(changes)
    model = ressl_from_preset(preset, generator=torch.Generator())
    images = digit_images().images[:64]
    updates = pretrain_from_preset(preset, model, images, views=([plain], plain), generator=torch.Generator())
    assert [update.number for update in updates] == [1, 2, 3, 4]
    with pytest.raises(ConfigError, match="batch_size is 64: 1 to 32"):
        pretrain_from_preset(preset.replace({"batch_size": 64}), model, images, views=([plain], plain))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"stem": "vit"}, "stem is 'vit': one of \"cifar\""),
        ({"queue_size": 0}, "queue_size is 0"),
        ({"queue": 3}, "unknown key 'queue': did you mean 'queue_size'"),
        ({"image_size": 0}, "image_size is 0: a whole number from 1"),
        ({"multi_crop": 5}, "multi_crop is 5: true or false"),
    ],
)
def test_bad_settings_are_named(changes: dict, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        load_preset("ressl-small").replace(changes)
