"""Self-supervised methods: each says how a graph becomes a loss; and what they are compared with."""

from rgrl.methods.method import Method
from rgrl.methods.multiplex_rgrl import MultiplexPlan, MultiplexRGRL
from rgrl.methods.node2vec import node2vec
from rgrl.methods.rgrl import RGRL, RGRLPlan

__all__ = ["RGRL", "Method", "MultiplexPlan", "MultiplexRGRL", "RGRLPlan", "node2vec"]
