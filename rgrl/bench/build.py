"""From a preset to a method."""

from __future__ import annotations

from typing import cast

import torch

from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.methods import RGRL
from rgrl.nn import GCNEncoder, NormName
from rgrl.presets import Preset


def build_method(preset: Preset, num_features: int, generator: torch.Generator) -> RGRL:
    """Build RGRL as a preset describes it; all initial weights come from ``generator``."""
    encoder = GCNEncoder(num_features, preset.layers, norm=cast("NormName", preset.norm), generator=generator)
    views = [
        Compose([FeatureMask(mask), EdgeDrop(drop, symmetric=preset.symmetric_edge_drop)])
        for mask, drop in zip(preset.feature_mask, preset.edge_drop, strict=True)
    ]
    return RGRL(
        encoder,
        views=views,
        predictor_hidden=preset.predictor_hidden,
        num_anchors=preset.num_anchors,
        num_local_anchors=preset.num_local_anchors,
        student_temperature=preset.student_temperature,
        teacher_temperature=preset.teacher_temperature,
        local_student_temperature=preset.local_student_temperature,
        local_teacher_temperature=preset.local_teacher_temperature,
        alpha=preset.alpha,
        beta=preset.beta,
        global_weight=preset.global_weight,
        local_weight=preset.local_weight,
        include_self=preset.include_self,
        momentum=preset.momentum,
        generator=generator,
    )
