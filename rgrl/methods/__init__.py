"""Self-supervised methods: each says how a graph becomes a loss."""

from rgrl.methods.method import Method
from rgrl.methods.multiplex_rgrl import MultiplexPlan, MultiplexRGRL
from rgrl.methods.rgrl import RGRL, RGRLPlan

__all__ = ["RGRL", "Method", "MultiplexPlan", "MultiplexRGRL", "RGRLPlan"]
