"""Training by settings, from a graph to a model."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from rgrl.errors import ConfigError, DivergedError
from rgrl.estimator.embed_rows import embed_rows
from rgrl.estimator.feature_names import FeatureNames
from rgrl.evaluate.warn_if_collapsed import warn_if_collapsed
from rgrl.graph.graph import Graph
from rgrl.methods import rgrl_from_preset
from rgrl.methods.rgrl import RGRL
from rgrl.presets import RGRLPreset
from rgrl.training import Update, learning_rate_from_preset, train

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class FittedRGRL:
    """A trained model, on the CPU.

    Attributes:
        model: The model.
        embedding: Of the graph, ``[N, d]``.
        losses: Loss before each update, float64 ``[updates]``.
        seconds: What planning and training took.
    """

    model: RGRL
    embedding: npt.NDArray[np.float32]
    losses: npt.NDArray[np.float64]
    seconds: float


def fit_rgrl(
    preset: RGRLPreset,
    graph: Graph,
    *,
    seed: int,
    device: str = "cpu",
    start: RGRL | None = None,
    block_rows: int = 4096,
    callback: Callable[[Update], object] | None = None,
    verbose: int = 0,
    feature_names: FeatureNames | None = None,
) -> FittedRGRL:
    """Train RGRL on a graph; the log has a warning if the embedding has collapsed.

    Args:
        preset: The settings.
        graph: The graph.
        seed: Of weights, views and anchors.
        device: Where to train.
        start: A model of the same widths whose weights to begin with.
        block_rows: Rows that are embedded at a time.
        callback: Called after each update; the training ends when what it returns is true.
        verbose: Updates between two lines in the log; 0 for none.
        feature_names: Names of the columns, ``[F]``, for that warning.

    Raises:
        ConfigError: If ``start`` has other widths.
        DataError: If the graph has no edges, or one node for a batch norm.
        DivergedError: If the loss or the embedding is no longer finite.
    """
    began = time.perf_counter()
    generator = torch.Generator().manual_seed(seed)
    model = rgrl_from_preset(preset, graph.num_features, generator)
    if start is not None:
        try:
            model.load_state_dict(start.state_dict())
        except RuntimeError:
            raise ConfigError(
                "warm_start is True, but the model that was fitted has other widths, layers or norms"
            ) from None
    model.to(device)
    losses: list[float] = []
    for update in train(
        model,
        graph.to(device),
        epochs=preset.epochs,
        learning_rate=learning_rate_from_preset(preset),
        weight_decay=preset.weight_decay,
        precision=preset.precision,
        generator=generator,
    ):
        losses.append(float(update.loss))
        if not np.isfinite(losses[-1]):
            raise _diverged(preset, update.number, f"the loss is {losses[-1]}")
        if verbose and update.number % verbose == 0:
            logger.info("update %d of %d: loss %.4f", update.number, preset.epochs, losses[-1])
        if callback is not None and bool(callback(update)):
            break
    seconds = time.perf_counter() - began
    model.to("cpu")
    embedding = embed_rows(model, graph, device=device, block_rows=block_rows)
    if not np.isfinite(embedding).all():
        raise _diverged(preset, len(losses), "the embedding is not finite")
    if losses:
        warn_if_collapsed(torch.from_numpy(embedding), graph, feature_names)
    return FittedRGRL(model, embedding, np.array(losses), seconds)


def _diverged(preset: RGRLPreset, update: int, symptom: str) -> DivergedError:
    return DivergedError(
        f"the training diverged at update {update}: {symptom} "
        f"(learning_rate is {preset.learning_rate:g}; a smaller one may hold)"
    )
