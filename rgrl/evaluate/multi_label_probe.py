"""A linear probe where a node has any number of labels, as in PPI."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.batched_adam import BatchedAdam
from rgrl.evaluate.checks import checked_embeddings, checked_splits
from rgrl.evaluate.dense_rows import dense_rows
from rgrl.evaluate.f1 import f1_scores
from rgrl.evaluate.probe_fit import initial_weights
from rgrl.evaluate.report import Report
from rgrl.evaluate.setting_checks import require_count, require_positive
from rgrl.evaluate.split_like import SplitLike
from rgrl.evaluate.standardise import standardise

logger = logging.getLogger(__name__)

DEFAULT_WEIGHT_DECAYS = tuple(2.0**power for power in range(-10, 11, 2))


def multi_label_probe(
    embeddings: Any,
    labels: Any,
    splits: Sequence[SplitLike],
    *,
    steps: int = 100,
    lr: float = 0.01,
    weight_decays: Sequence[float] = DEFAULT_WEIGHT_DECAYS,
    seed: int = 0,
) -> Report:
    """F1 of one sigmoid classifier a label, trained on each split's train rows.

    BGRL's protocol for PPI (Thakoor et al. 2022): features standardised by the train rows, a linear layer,
    mean binary cross-entropy, AdamW (β 0.9, 0.999; ε 1e-8), full batch, a hundred steps, and of eleven weight
    decays the one of best validation micro-F1, the earlier of equals. A label is predicted where its logit is
    above 0. Weights begin Xavier-uniform, biases at zero, the same for every weight decay.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`; of
            sparse ones the used rows are made dense. Computed in float32 on the tensor's device.
        labels: Which of L labels each node has, bool ``[N, L]`` or numbers that are all 0 or 1.
        splits: Objects with ``train``, ``val`` and ``test`` rows.
        steps: Full-batch updates; 0 scores the untrained classifier.
        lr: Adam's step size.
        weight_decays: Decoupled decays of weights and biases to choose from.
        seed: Seed of the initial weights.

    Returns:
        ``val_micro_f1``, ``val_macro_f1``, ``test_micro_f1`` and ``test_macro_f1`` of every split, 0 to 1.
        The F1 of a label that is neither there nor predicted is 0, as in scikit-learn.

    Raises:
        ConfigError: If a setting is out of range, or there is no weight decay.
        DataError: If embeddings, labels and splits do not fit together or cannot be used.

    Example:
        >>> from types import SimpleNamespace
        >>> labels = torch.arange(12)[:, None] % torch.tensor([2, 3]) == 0
        >>> split = SimpleNamespace(train=range(6), val=range(6, 9), test=range(9, 12))
        >>> multi_label_probe(labels.float(), labels, [split]).mean("test_micro_f1")
        1.0
    """
    require_count("steps", steps, least=0)
    require_positive("lr", lr)
    if len(weight_decays) == 0 or not all(math.isfinite(decay) and decay >= 0 for decay in weight_decays):
        raise ConfigError(
            f"weight_decays are {list(weight_decays)}: at least one, each finite and 0 or more, is needed"
        )
    features = checked_embeddings(embeddings)
    rows = checked_splits(splits, features.shape[0])
    device = features.device if isinstance(features, Tensor) else torch.device("cpu")
    target = _checked_multi_labels(labels, features.shape[0]).to(device)
    begin = initial_weights(
        [train for train, _, _ in rows], num_classes=target.shape[1], width=features.shape[1], seed=seed
    ).to(device)
    scores: dict[str, list[float]] = {}
    with torch.no_grad():
        for parts, first in zip(rows, begin, strict=True):
            designs = [dense_rows(features, part) for part in parts]
            mean, deviation = standardise(designs[0])
            for other in designs[1:]:
                other.sub_(mean).div_(deviation)
            designs = [F.pad(part, (0, 1), value=1.0) for part in designs]
            targets = [target[torch.from_numpy(part).to(device)].T for part in parts]
            best: dict[str, float] | None = None
            for decay in weight_decays:
                weights = _fit(designs[0], targets[0], first, steps=steps, lr=lr, weight_decay=decay)
                val_micro, val_macro = _f1(weights, designs[1], targets[1])
                if best is None or val_micro > best["val_micro_f1"]:
                    test_micro, test_macro = _f1(weights, designs[2], targets[2])
                    best = {
                        "val_micro_f1": val_micro,
                        "val_macro_f1": val_macro,
                        "test_micro_f1": test_micro,
                        "test_macro_f1": test_macro,
                    }
            assert best is not None
            for metric, value in best.items():
                scores.setdefault(metric, []).append(value)
    report = Report("multi_label_probe", {metric: tuple(values) for metric, values in scores.items()})
    logger.debug("%s", report)
    return report


def _fit(
    design: Tensor, target: Tensor, weights: Tensor, *, steps: int, lr: float, weight_decay: float
) -> Tensor:
    """Classifiers ``[L, d + 1]`` after so many steps from the given ones, on ``[n, d + 1]``, ``[L, n]``."""
    adam = BatchedAdam(weights.clone(), lr=lr, weight_decay=weight_decay)
    scores, truth = design.new_empty(target.shape), target.to(design.dtype)
    for _ in range(steps):
        torch.mm(adam.weights, design.T, out=scores)
        adam.step(scores.sigmoid_().sub_(truth) @ design / target.numel())
    return adam.weights


def _f1(weights: Tensor, design: Tensor, target: Tensor) -> tuple[float, float]:
    """Micro- and macro-F1 on some rows."""
    predicted = weights @ design.T > 0
    micro, macro = f1_scores(
        (predicted & target).sum(dim=1), predicted.sum(dim=1), target.sum(dim=1), absent_count=True
    )
    return float(micro), float(macro)


def _checked_multi_labels(labels: Any, num_nodes: int) -> Tensor:
    """Labels as bool ``[N, L]``."""
    array = labels.detach().cpu().numpy() if isinstance(labels, Tensor) else np.asarray(labels)
    if array.ndim != 2 or array.shape[0] != num_nodes or array.shape[1] == 0:
        raise DataError(
            f"labels have shape {list(array.shape)}: [{num_nodes}, L], a row for each node, is needed"
        )
    if array.dtype.kind not in "biuf" or not ((array == 0) | (array == 1)).all():
        raise DataError(f"labels of dtype {array.dtype} are not all 0 or 1: true or false is needed")
    return torch.from_numpy(array.astype(bool))
