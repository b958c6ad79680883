from __future__ import annotations

import torch

from rgrl.bench.build import build_method
from rgrl.nn import FrozenBatchNorm, LayerNorm
from rgrl.presets import RGRLPreset

#: Every setting that a method is built from has a value of its own.
DISTINCT = RGRLPreset(
    epochs=1,
    layers=(12, 6),
    norm="frozen",
    predictor_hidden=10,
    momentum=0.97,
    feature_mask=(0.11, 0.22),
    edge_drop=(0.33, 0.44),
    symmetric_edge_drop=True,
    num_anchors=17,
    alpha=0.8,
    beta=0.05,
    student_temperature=0.21,
    teacher_temperature=0.31,
    global_weight=0.6,
    num_local_anchors=3,
    include_self=False,
    local_student_temperature=0.41,
    local_teacher_temperature=0.51,
    local_weight=0.7,
)


def build(**changes: object):
    return build_method(DISTINCT.replace(changes), 9, torch.Generator().manual_seed(0))


def test_every_setting_arrives_where_it_belongs():
    method = build()
    widths = [tuple(conv.weight.shape) for conv in method.encoder.convs]
    assert (widths, method.encoder.embedding_dim) == ([(9, 12), (12, 6)], 6)
    assert (method.predictor.hidden_dim, method.predictor.first.in_features) == (10, 6)
    assert method.teacher.momentum == 0.97
    assert (method.num_anchors, method.num_local_anchors) == (17, 3)
    assert (method.alpha, method.beta, method.include_self) == (0.8, 0.05, False)
    assert (method.global_weight, method.local_weight) == (0.6, 0.7)
    assert (method.global_loss.student_temperature, method.global_loss.teacher_temperature) == (0.21, 0.31)
    assert (method.local_loss.student_temperature, method.local_loss.teacher_temperature) == (0.41, 0.51)


def test_each_view_has_its_own_feature_mask_and_edge_drop():
    assert [repr(view) for view in build().views] == [
        "Compose(FeatureMask(p=0.11), EdgeDrop(p=0.33, symmetric=True))",
        "Compose(FeatureMask(p=0.22), EdgeDrop(p=0.44, symmetric=True))",
    ]
    assert all("symmetric" not in repr(view) for view in build(symmetric_edge_drop=False).views)


def test_the_norm_is_the_one_of_the_preset():
    kinds = {
        "frozen": FrozenBatchNorm,
        "batch": torch.nn.BatchNorm1d,
        "layer": LayerNorm,
        "none": torch.nn.Identity,
    }
    for name, kind in kinds.items():
        assert [type(norm) for norm in build(norm=name).encoder.norms] == [kind, kind]


def test_all_weights_come_from_the_generator():
    torch.manual_seed(1)
    first = build().state_dict()
    torch.manual_seed(2)
    second = build().state_dict()
    other = build_method(DISTINCT, 9, torch.Generator().manual_seed(1)).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["encoder.convs.0.weight"], other["encoder.convs.0.weight"])
    assert not torch.equal(first["predictor.first.weight"], other["predictor.first.weight"])
