"""Encoders and heads."""

from rgrl.nn.frozen_batch_norm import FrozenBatchNorm, freeze_batch_norms
from rgrl.nn.gcn_encoder import GCNEncoder
from rgrl.nn.gcn_layer import GCNLayer
from rgrl.nn.inference import inference
from rgrl.nn.l2_normalize import l2_normalize
from rgrl.nn.norm import NormName, make_norm
from rgrl.nn.predictor import Predictor
from rgrl.nn.prelu import PReLU
from rgrl.nn.projector import Projector

__all__ = [
    "FrozenBatchNorm",
    "GCNEncoder",
    "GCNLayer",
    "NormName",
    "PReLU",
    "Predictor",
    "Projector",
    "freeze_batch_norms",
    "inference",
    "l2_normalize",
    "make_norm",
]
