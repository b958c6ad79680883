"""A run of ReSSL by its settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from rgrl.presets import ReSSLPreset
from rgrl.training import Update
from rgrl.vision.image_set import ImageSet
from rgrl.vision.image_view import ImageView
from rgrl.vision.pixel_norm import IMAGENET_MEAN, IMAGENET_STD
from rgrl.vision.pretrain import View, pretrain
from rgrl.vision.resnet18 import ResNet18, Stem
from rgrl.vision.ressl import ReSSL
from rgrl.vision.views import contrastive_view, multi_crop_views, weak_view


def ressl_from_preset(
    preset: ReSSLPreset,
    *,
    backbone: nn.Module | None = None,
    mean: Sequence[float] = IMAGENET_MEAN,
    std: Sequence[float] = IMAGENET_STD,
    generator: torch.Generator | None = None,
) -> ReSSL:
    """Build the model of a preset.

    Args:
        preset: The settings.
        backbone: A module with ``embedding_dim``; None for the preset's :class:`ResNet18`.
        mean: Mean of each colour, of pixels in [0, 1].
        std: Deviation of each colour.
        generator: Random stream of the initial weights and of the queue.

    Example:
        >>> from rgrl.presets import load_preset
        >>> ressl_from_preset(load_preset("ressl-default")).queue
        AnchorQueue(4096, 128)
    """
    if backbone is None:
        stem = cast("Stem", preset.stem)
        backbone = ResNet18(
            width=preset.width, stem=stem, norm_splits=preset.norm_splits, generator=generator
        )
    return ReSSL(
        backbone,
        projector_hidden=preset.projector_hidden,
        projector_dim=preset.projector_dim,
        queue_size=preset.queue_size,
        student_temperature=preset.student_temperature,
        teacher_temperature=preset.teacher_temperature,
        momentum=preset.momentum,
        predictor_hidden=preset.projector_hidden if preset.predictor else None,
        infonce_warmup=preset.infonce_warmup,
        mean=mean,
        std=std,
        generator=generator,
    )


def views_from_preset(preset: ReSSLPreset) -> tuple[list[ImageView], ImageView]:
    """Return the student's views and the teacher's.

    Raises:
        MissingExtraError: If kornia is not installed.
    """
    size, scale, flip = preset.image_size, preset.crop_scale, preset.flip
    strong = {"jitter": preset.jitter, "grey": preset.grey, "blur": preset.blur, "flip": flip}
    one = contrastive_view(size, scale=scale, **strong)
    teacher = one if preset.teacher_view == "contrastive" else weak_view(size, scale=scale, flip=flip)
    return multi_crop_views(size, **strong) if preset.multi_crop else [one], teacher


def pretrain_from_preset(
    preset: ReSSLPreset,
    model: ReSSL,
    images: ImageSet | Tensor,
    *,
    views: tuple[Sequence[View], View] | None = None,
    generator: torch.Generator | None = None,
) -> Iterator[Update]:
    """Train a model as the preset says; see :func:`pretrain`.

    Args:
        preset: The settings.
        model: Trained in place.
        images: A set, or uint8 ``[N, 3, H, W]``.
        views: The student's views and the teacher's; None for the preset's, which need kornia.
        generator: The one random stream of orders and views.

    Raises:
        ConfigError: If the settings do not fit the images.
        MissingExtraError: If kornia is needed and not installed.
    """
    student, teacher = views_from_preset(preset) if views is None else views
    return pretrain(
        model,
        images,
        views=student,
        teacher_view=teacher,
        epochs=preset.epochs,
        batch_size=preset.batch_size,
        learning_rate=preset.learning_rate,
        warmup_epochs=preset.warmup_epochs,
        weight_decay=preset.weight_decay,
        decay_vectors=preset.decay_vectors,
        precision=preset.precision,
        generator=generator,
    )
