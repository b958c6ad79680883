"""Self-supervised methods: each says how a graph becomes a loss; and what they are compared with."""

from rgrl.methods.gcn_classifier import GCNClassifier
from rgrl.methods.method import Method
from rgrl.methods.multiplex_rgrl import MultiplexPlan, MultiplexRGRL
from rgrl.methods.node2vec import node2vec
from rgrl.methods.rgrl import RGRL, RGRLPlan
from rgrl.methods.supervised_gcn import supervised_gcn

__all__ = [
    "RGRL",
    "GCNClassifier",
    "Method",
    "MultiplexPlan",
    "MultiplexRGRL",
    "RGRLPlan",
    "node2vec",
    "supervised_gcn",
]
