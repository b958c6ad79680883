"""The supervised ceiling: a GCN trained on a split's labels."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import ConfigError, DivergedError
from rgrl.evaluate import ProbeReport, SplitLike
from rgrl.evaluate.checks import checked_labels, checked_splits
from rgrl.evaluate.probe_predict import score
from rgrl.graph import Graph, SparseFeatures
from rgrl.methods.gcn_classifier import GCNClassifier
from rgrl.nn import inference

logger = logging.getLogger(__name__)


def supervised_gcn(
    graph: Graph,
    labels: Any,
    splits: Sequence[SplitLike],
    *,
    hidden: int = 16,
    dropout: float = 0.5,
    lr: float = 0.01,
    weight_decay: float = 5e-4,
    epochs: int = 200,
    patience: int = 100,
    normalize_features: bool = True,
    num_classes: int | None = None,
    seed: int = 0,
) -> ProbeReport:
    """Accuracy of a GCN trained end to end on each split's train rows (Kipf and Welling, ICLR 2017).

    The defaults are the paper's: 16 hidden units, dropout 0.5, Adam, L2 on the first layer's weights only,
    features divided by their row's sum. The published early stopping looks at the loss of ten epochs; here
    the epoch of the best validation accuracy is taken (of equals, that of the lowest validation loss), which
    does not end early by a rise of the loss. Test labels enter the report and nothing else.

    Args:
        graph: Graph of N nodes; all its edges and features are seen in training (transductive).
        labels: Class of every node, integers ``[N]``.
        splits: Objects with ``train``, ``val`` and ``test`` rows.
        hidden: Width of the hidden layer.
        dropout: Probability of a layer's input to be dropped, in [0, 1).
        lr: Adam's step size.
        weight_decay: L2 penalty of the first layer's weights, at least 0.
        epochs: Most full-batch updates, at least 1.
        patience: Epochs without a better validation after which training ends, at least 1.
        normalize_features: Divide each row of features by the sum of its absolute values.
        num_classes: Number of classes; None for the largest label used plus one.
        seed: Of initial weights and dropout, at least 0; split s uses ``seed + s``. The global random state
            is neither read nor moved.

    Returns:
        Validation and test accuracy of every split at its best epoch, in per cent.

    Raises:
        ConfigError: If an argument is out of range.
        DataError: If graph, labels and splits do not fit together.
        DivergedError: If the loss is no longer finite.

    Example:
        >>> from types import SimpleNamespace
        >>> graph = Graph.from_edge_index([[0, 1, 2, 3], [1, 0, 3, 2]], x=torch.eye(4))
        >>> split = SimpleNamespace(train=[0, 2], val=[1], test=[3])
        >>> supervised_gcn(graph, [0, 0, 1, 1], [split]).test_mean
        100.0
    """
    if epochs < 1 or patience < 1:
        name, value = ("epochs", epochs) if epochs < 1 else ("patience", patience)
        raise ConfigError(f"{name} is {value}: at least 1 is needed")
    if not (math.isfinite(lr) and lr > 0):
        raise ConfigError(f"lr is {lr}: a finite number above 0 is needed")
    if not (math.isfinite(weight_decay) and weight_decay >= 0):
        raise ConfigError(f"weight_decay is {weight_decay}: a finite number, 0 or more, is needed")
    if num_classes is not None and num_classes < 1:
        raise ConfigError(f"num_classes is {num_classes}: 1 or more is needed")
    if seed < 0:
        raise ConfigError(f"seed is {seed}: 0 or more is needed")
    rows = checked_splits(splits, graph.num_nodes)
    classes, count = checked_labels(labels, graph.num_nodes, rows, num_classes)
    target = torch.from_numpy(classes).to(graph.device)
    features = _row_normalized(graph.x) if normalize_features else graph.x
    predictions = []
    for number, (train, val, _) in enumerate(rows):
        generator = torch.Generator().manual_seed(seed + number)
        model = GCNClassifier(
            graph.num_features, count, hidden=hidden, dropout=dropout, generator=generator
        ).to(graph.device)
        epoch, predicted = fit_split(
            model, graph, features, target, torch.from_numpy(train), torch.from_numpy(val),
            lr=lr, weight_decay=weight_decay, epochs=epochs, patience=patience, generator=generator,
        )  # fmt: skip
        logger.debug("split %d: epoch %d validates best", number, epoch)
        predictions.append(predicted)
    return score(torch.stack(predictions), classes, rows)


def fit_split(
    model: GCNClassifier,
    graph: Graph,
    features: Tensor | SparseFeatures,
    target: Tensor,
    train: Tensor,
    val: Tensor,
    *,
    lr: float,
    weight_decay: float,
    epochs: int,
    patience: int,
    generator: torch.Generator,
) -> tuple[int, Tensor]:
    """Train on some rows, choose the epoch by others; no other row of ``target`` is read.

    Args:
        model: Trained in place; what it holds afterwards is the last epoch's.
        graph: Graph of N nodes.
        features: ``[N, F]``, in place of the graph's.
        target: Classes ``[N]``.
        train: Rows of the loss.
        val: Rows of the choice.
        lr: Adam's step size.
        weight_decay: L2 penalty of the first layer's weights.
        epochs: Most updates.
        patience: Epochs without a better validation after which to stop.
        generator: Random stream of the dropout.

    Returns:
        The chosen epoch, 1 for the first, and its predicted classes ``[N]``.

    Raises:
        DivergedError: If the loss is no longer finite.
    """
    train, val = train.to(graph.device), val.to(graph.device)
    penalized = model.first.weight
    others = [parameter for parameter in model.parameters() if parameter is not penalized]
    groups: list[dict[str, Any]] = [{"params": [penalized], "weight_decay": weight_decay}, {"params": others}]
    optimizer = torch.optim.Adam(groups, lr=lr)
    view = graph.view()
    best, chosen, predictions = (-1.0, 0.0), 0, target
    for epoch in range(1, epochs + 1):
        model.train()
        optimizer.zero_grad()
        loss = F.cross_entropy(model(view, features, generator)[train], target[train])
        if not torch.isfinite(loss):
            raise DivergedError(f"the supervised GCN's loss is {loss.item()} in epoch {epoch}: lower lr")
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        with inference(model):
            scores = model(view, features)
        predicted = scores.argmax(1)
        correct = (predicted[val] == target[val]).float().mean().item()
        validation = (correct, -F.cross_entropy(scores[val], target[val]).item())
        if validation > best:
            best, chosen, predictions = validation, epoch, predicted
        elif epoch - chosen >= patience:
            break
    return chosen, predictions


def _row_normalized(x: Tensor | SparseFeatures) -> Tensor | SparseFeatures:
    """Rows over the sum of their absolute values; a row of zeros stays one."""
    if isinstance(x, Tensor):
        return F.normalize(x, p=1.0, dim=1)
    rows = x.pattern.row.long()
    sums = torch.zeros(x.shape[0], device=x.values.device).index_add_(0, rows, x.values.abs())
    return replace(x, values=x.values / sums.clamp_min(1e-12)[rows])
