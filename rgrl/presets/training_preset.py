"""The settings that every method trained by the package's loop has."""

from __future__ import annotations

from dataclasses import dataclass

from rgrl.errors import ConfigError
from rgrl.presets.preset import Preset


@dataclass(frozen=True, kw_only=True)
class TrainingPreset(Preset):
    """Encoder, views, optimiser and protocol of a run.

    Attributes:
        epochs: Updates; one full batch each, or one batch of graphs where there is a ``batch_size``.
        batch_size: Graphs a batch, of a dataset that has several (PPI) and of no other; all are in one batch
            where it is their number or more, or left out.
        learning_rate: AdamW's; its highest under a schedule.
        weight_decay: AdamW's, on all parameters.
        schedule: ``"constant"``, or ``"cosine"``: a rise over ``warmup`` updates, then half a cosine to 0.
        warmup: Updates of the rise.
        encoder: ``"gcn"``, ``"sage"``, ``"gat"``, ``"gin"`` or ``"sgc"``, see :func:`rgrl.nn.make_encoder`.
        layers: Widths of the encoder's layers, the last is the embedding's d.
        norm: ``"batch"``, ``"frozen"``, ``"layer"`` or ``"none"``, see :func:`rgrl.nn.make_norm`.
        activation: ``"prelu"`` or ``"relu"``.
        final_activation: Whether the last layer has an activation too.
        row_normalize: Divide each node's features by their sum before anything else. It has no effect where a
            feature is below 0, as standardised ones are: a sum near 0 would blow its row up.
        feature_mask: p_f of the two views.
        edge_drop: p_e of the two views.
        symmetric_edge_drop: Drop both directions of an edge together.
        precision: ``"fp32"``, ``"bf16"`` for products and activations of the training in bfloat16, or
            ``"auto"``: bfloat16 where the processor multiplies it in hardware.
        eval_every: Updates between two evaluations.
        patience: Evaluations without a better mean validation score after which training stops.
    """

    epochs: int
    batch_size: int | None = None
    learning_rate: float = 1e-3
    weight_decay: float = 1e-5
    schedule: str = "constant"
    warmup: int = 0
    encoder: str = "gcn"
    layers: tuple[int, ...] = (512, 256)
    norm: str = "batch"
    activation: str = "prelu"
    final_activation: bool = True
    row_normalize: bool = False
    feature_mask: tuple[float, float] = (0.2, 0.2)
    edge_drop: tuple[float, float] = (0.2, 0.2)
    symmetric_edge_drop: bool = False
    precision: str = "fp32"
    eval_every: int = 5
    patience: int = 600

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.schedule == "constant" and self.warmup:
            raise ConfigError(f"warmup is {self.warmup}: only schedule = 'cosine' has one")
