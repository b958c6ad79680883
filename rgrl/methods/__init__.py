"""Self-supervised methods: each says how a graph becomes a loss."""

from rgrl.methods.rgrl import RGRL, RGRLPlan

__all__ = ["RGRL", "RGRLPlan"]
