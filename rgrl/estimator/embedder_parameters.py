"""The arguments of the embedder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from sklearn.base import BaseEstimator

from rgrl.estimator.by_name import by_name
from rgrl.estimator.settings import settings_of
from rgrl.training import Update


class EmbedderParameters(BaseEstimator):
    """What :class:`rgrl.RGRLEmbedder` is built with, which says what each argument means.

    scikit-learn asks for every argument by name, kept as it came; all checks are left to ``fit``. The
    defaults are those of the preset ``rgrl-default``.
    """

    @by_name
    def __init__(
        self,
        *,
        features: str | None = None,
        undirected: bool = False,
        standardize: bool = False,
        random_state: Any = 0,
        device: str = "cpu",
        output: str | None = None,
        block_rows: int = 4096,
        warm_start: bool = False,
        callback: Callable[[Update], object] | None = None,
        verbose: int = 0,
        epochs: int = 400,
        learning_rate: float = 1e-3,
        weight_decay: float = 1e-5,
        schedule: str = "constant",
        warmup: int = 0,
        encoder: str = "gcn",
        layers: Sequence[int] = (512, 256),
        norm: str = "frozen",
        activation: str = "prelu",
        final_activation: bool = True,
        row_normalize: bool = False,
        feature_mask: Sequence[float] = (0.2, 0.3),
        edge_drop: Sequence[float] = (0.2, 0.3),
        symmetric_edge_drop: bool = False,
        precision: str = "fp32",
        predictor_hidden: int = 512,
        momentum: float = 0.99,
        num_anchors: int = 512,
        alpha: float = 0.9,
        beta: float = 0.1,
        student_temperature: float = 0.1,
        teacher_temperature: float = 0.01,
        global_weight: float = 1.0,
        num_local_anchors: int = 4,
        include_self: bool = True,
        local_student_temperature: float = 0.1,
        local_teacher_temperature: float = 1.0,
        local_weight: float = 1.0,
    ) -> None:
        self.features, self.undirected, self.standardize = features, undirected, standardize
        self.random_state = random_state
        self.device, self.output, self.block_rows = device, output, block_rows
        self.warm_start, self.callback, self.verbose = warm_start, callback, verbose
        self.epochs, self.learning_rate, self.weight_decay = epochs, learning_rate, weight_decay
        self.schedule, self.warmup = schedule, warmup
        self.encoder, self.layers, self.norm = encoder, layers, norm
        self.activation, self.final_activation = activation, final_activation
        self.row_normalize, self.feature_mask = row_normalize, feature_mask
        self.edge_drop, self.symmetric_edge_drop = edge_drop, symmetric_edge_drop
        self.precision, self.predictor_hidden, self.momentum = precision, predictor_hidden, momentum
        self.num_anchors, self.alpha, self.beta = num_anchors, alpha, beta
        self.student_temperature, self.teacher_temperature = student_temperature, teacher_temperature
        self.global_weight, self.local_weight = global_weight, local_weight
        self.num_local_anchors, self.include_self = num_local_anchors, include_self
        self.local_student_temperature = local_student_temperature
        self.local_teacher_temperature = local_teacher_temperature

    @classmethod
    def from_preset(cls, name: str | Path, **changes: Any) -> Self:
        """Build an estimator with the settings of a preset: ``"cora"``, or a TOML file of your own.

        Args:
            name: The preset's name, with or without ``rgrl-``, or a path that ends in ``.toml``.
            changes: Arguments of the constructor, in place of the preset's.

        Raises:
            ConfigError: If there is no such preset of RGRL for one graph, or the file is no TOML.

        Example:
            >>> EmbedderParameters.from_preset("cora", epochs=50).layers
            (256, 128)
        """
        return cls(**{**settings_of(name), **changes})

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpickle; what an older version did not know has its default."""
        later = {"standardize": False, **({"feature_scale_": None} if "model_" in state else {})}
        super().__setstate__({**later, **state})
