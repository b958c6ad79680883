"""Encoders and heads."""

from rgrl.nn.activation import ActivationName, make_activation
from rgrl.nn.draw_from import draw_from
from rgrl.nn.encode_in_blocks import encode_in_blocks
from rgrl.nn.frozen_batch_norm import FrozenBatchNorm, freeze_batch_norms
from rgrl.nn.gcn_encoder import GCNEncoder
from rgrl.nn.gcn_layer import GCNLayer
from rgrl.nn.inference import inference
from rgrl.nn.l2_normalize import l2_normalize
from rgrl.nn.layer_norm import LayerNorm
from rgrl.nn.make_encoder import EncoderName, make_encoder
from rgrl.nn.norm import NormName, make_norm
from rgrl.nn.predictor import Predictor
from rgrl.nn.prelu import PReLU
from rgrl.nn.projector import Projector
from rgrl.nn.pyg_encoder import PyGEncoder
from rgrl.nn.sage_encoder import SAGEEncoder
from rgrl.nn.wrap_pyg import wrap_pyg

__all__ = [
    "ActivationName",
    "EncoderName",
    "FrozenBatchNorm",
    "GCNEncoder",
    "GCNLayer",
    "LayerNorm",
    "NormName",
    "PReLU",
    "Predictor",
    "Projector",
    "PyGEncoder",
    "SAGEEncoder",
    "draw_from",
    "encode_in_blocks",
    "freeze_batch_norms",
    "inference",
    "l2_normalize",
    "make_activation",
    "make_encoder",
    "make_norm",
    "wrap_pyg",
]
