"""The training loop."""

from rgrl.training.train import Update, train

__all__ = ["Update", "train"]
