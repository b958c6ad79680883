"""The settings of a graph convolutional network that is given the labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.preset import Preset


@dataclass(frozen=True, kw_only=True)
class SupervisedPreset(Preset):
    """Every setting of the supervised GCN (Kipf and Welling, 2017).

    Attributes:
        epochs: Most updates.
        hidden: Width of the hidden layer.
        dropout: Share of features and activations that fall during training.
        learning_rate: Adam's.
        weight_decay: L2 penalty on the first layer.
        patience: Updates without a better validation score after which training stops.
    """

    method: ClassVar[str] = "supervised"

    epochs: int = 200
    hidden: int = 64
    dropout: float = 0.5
    learning_rate: float = 0.01
    weight_decay: float = 5e-4
    patience: int = 100
