"""The training loop."""

from rgrl.training.cosine_schedule import cosine_schedule
from rgrl.training.from_preset import learning_rate_from_preset
from rgrl.training.precision import Precision, has_native_bf16, products, settled_precision
from rgrl.training.sgd import SGD
from rgrl.training.train import Update, train, train_on_batches

__all__ = [
    "SGD",
    "Precision",
    "Update",
    "cosine_schedule",
    "has_native_bf16",
    "learning_rate_from_preset",
    "products",
    "settled_precision",
    "train",
    "train_on_batches",
]
