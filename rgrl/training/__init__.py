"""The training loop."""

from rgrl.training.precision import Precision, has_native_bf16, products, settled_precision
from rgrl.training.train import Update, train

__all__ = ["Precision", "Update", "has_native_bf16", "products", "settled_precision", "train"]
