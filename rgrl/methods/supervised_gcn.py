"""The supervised ceiling: a GCN trained on a split's labels."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import SplitLike
from rgrl.evaluate.checks import checked_labels, checked_splits
from rgrl.evaluate.probe_predict import score
from rgrl.evaluate.smallest_integers import smallest_integers
from rgrl.graph import Graph
from rgrl.graph.require_graph import require_graph
from rgrl.methods.gcn_classifier import GCNClassifier
from rgrl.methods.split_fit import SplitFit
from rgrl.methods.supervised_report import SupervisedReport

logger = logging.getLogger(__name__)


def supervised_gcn(
    graph: Graph,
    labels: Any,
    splits: Sequence[SplitLike],
    *,
    train_graph: Graph | None = None,
    hidden: int = 16,
    dropout: float = 0.5,
    lr: float = 0.01,
    weight_decay: float = 5e-4,
    epochs: int = 200,
    patience: int = 100,
    normalize_features: bool = True,
    num_classes: int | None = None,
    seed: int = 0,
    stop: Callable[[int], bool] | None = None,
    predictions: bool = False,
) -> SupervisedReport:
    """Accuracy of a GCN trained end to end on each split's train rows (Kipf and Welling, ICLR 2017).

    The defaults are the paper's: 16 hidden units, dropout 0.5, Adam, L2 on the first layer's weights only,
    features divided by their row's sum. The published early stopping looks at the loss of ten epochs; here
    the epoch of the best validation accuracy is taken (of equals, that of the lowest validation loss), which
    does not end early by a rise of the loss. Test labels enter the report and nothing else.

    Args:
        graph: Graph of N nodes; all its edges and features are seen in training (transductive), unless there
            is a ``train_graph``.
        labels: Class of every node, integers ``[N]``.
        splits: Objects with ``train``, ``val`` and ``test`` rows.
        train_graph: All that training sees (inductive), such as ``rgrl.datasets.Dataset.train_graph``:
            its nodes are the split's train rows in their order. Validation and test are on ``graph``.
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
        stop: Asked after each epoch, with the number of epochs done, whether to end. The splits are trained
            side by side, an epoch of each in turn, so that all have got as many when they are ended.
        predictions: Whether to keep the class of every node that each split's best epoch predicted.

    Returns:
        Validation and test accuracy of every split at its best epoch, in per cent, and the epochs it got.

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
    require_graph(graph)
    rows = checked_splits(splits, graph.num_nodes)
    classes, count = checked_labels(labels, graph.num_nodes, rows, num_classes)
    if train_graph is not None and any(train.size != train_graph.num_nodes for train, _, _ in rows):
        raise DataError(f"train_graph has {train_graph.num_nodes} nodes: one for each train row is needed")
    if train_graph is not None and train_graph.num_features != graph.num_features:
        raise DataError(
            f"train_graph has {train_graph.num_features} features: the graph has {graph.num_features}"
        )
    if normalize_features:
        graph = _row_normalized(graph)
        train_graph = None if train_graph is None else _row_normalized(train_graph)
    view, train_view = graph.view(), None if train_graph is None else train_graph.view()
    target = torch.from_numpy(classes).to(graph.device)
    fits = []
    for number, (train, val, _) in enumerate(rows):
        generator = torch.Generator().manual_seed(seed + number)
        model = GCNClassifier(
            graph.num_features, count, hidden=hidden, dropout=dropout, generator=generator
        ).to(graph.device)
        fits.append(SplitFit(
            model, view, target, torch.from_numpy(train), torch.from_numpy(val), train_view=train_view,
            lr=lr, weight_decay=weight_decay, patience=patience, generator=generator,
        ))  # fmt: skip
    stopped = _stopped(fits, epochs, stop)
    logger.debug("epochs that validate best: %s", [fit.best_epoch for fit in fits])
    predicted = torch.stack([fit.predictions for fit in fits])
    accuracies = score(predicted, classes, rows)
    return SupervisedReport(
        val=accuracies.val,
        test=accuracies.test,
        predictions=smallest_integers(predicted.cpu(), count) if predictions else None,
        epochs=tuple(fit.epochs for fit in fits),
        stopped=stopped,
    )


def _stopped(fits: Sequence[SplitFit], epochs: int, stop: Callable[[int], bool] | None) -> bool:
    """Train all splits, an epoch of each in turn; whether ``stop`` ended any that would have gone on."""
    for epoch in range(1, epochs + 1):
        going = [fit for fit in fits if not fit.is_over]
        for fit in going:
            fit.update()
        if epoch == epochs or all(fit.is_over for fit in going):
            return False
        if stop is not None and stop(epoch):
            return True
    return False


def _row_normalized(graph: Graph) -> Graph:
    """The graph with rows of features over the sum of their absolute values; a row of zeros stays one."""
    x = graph.x
    if isinstance(x, Tensor):
        return replace(graph, x=F.normalize(x, p=1.0, dim=1))
    rows = x.pattern.row.long()
    sums = torch.zeros(x.shape[0], device=x.values.device).index_add_(0, rows, x.values.abs())
    return replace(graph, x=replace(x, values=x.values / sums.clamp_min(1e-12)[rows]))
