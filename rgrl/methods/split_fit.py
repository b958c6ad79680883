"""The supervised GCN on one split."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.errors import DivergedError
from rgrl.graph import View
from rgrl.methods.gcn_classifier import GCNClassifier
from rgrl.nn import inference


class SplitFit:
    """Trains on some rows and chooses the epoch by others; no other row of ``target`` is read.

    Args:
        model: Trained in place.
        view: Graph of N nodes, on which the epoch is chosen.
        target: Classes ``[N]``.
        train: Rows of the loss.
        val: Rows of the choice.
        train_view: What the loss sees, if not ``view``: its node ``i`` is row ``train[i]``.
        lr: Adam's step size.
        weight_decay: L2 penalty of the first layer's weights.
        patience: Epochs without a better validation after which it is over.
        generator: Random stream of the dropout.

    Attributes:
        epochs: Epochs done.
        best_epoch: The chosen one, 1 for the first.
        predictions: The classes that it predicted, ``[N]``; -1 before the first epoch.
    """

    def __init__(
        self,
        model: GCNClassifier,
        view: View,
        target: Tensor,
        train: Tensor,
        val: Tensor,
        *,
        train_view: View | None = None,
        lr: float,
        weight_decay: float,
        patience: int,
        generator: torch.Generator,
    ) -> None:
        train, self._val = train.to(target.device), val.to(target.device)
        self._model, self._view, self._target = model, view, target
        self._learned = target[train]
        self._seen = view if train_view is None else train_view
        self._rows = train if train_view is None else torch.arange(train.numel(), device=train.device)
        self._generator, self._patience = generator, patience
        penalized = model.first.weight
        others = [parameter for parameter in model.parameters() if parameter is not penalized]
        groups: list[dict[str, Any]] = [
            {"params": [penalized], "weight_decay": weight_decay},
            {"params": others},
        ]
        self._optimizer = torch.optim.Adam(groups, lr=lr)
        self._best = (-1.0, 0.0)
        self.epochs = self.best_epoch = 0
        self.predictions = torch.full_like(target, -1)

    @property
    def is_over(self) -> bool:
        """Whether the patience is used up."""
        return self.epochs - self.best_epoch >= self._patience

    def update(self) -> None:
        """Do one epoch.

        Raises:
            DivergedError: If the loss is no longer finite.
        """
        self.epochs += 1
        self._model.train()
        self._optimizer.zero_grad()
        scores = self._model(self._seen, self._seen.graph.x, self._generator)
        loss = F.cross_entropy(scores[self._rows], self._learned)
        if not torch.isfinite(loss):
            raise DivergedError(
                f"the supervised GCN's loss is {loss.item()} in epoch {self.epochs}: lower lr"
            )
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        with inference(self._model):
            scores = self._model(self._view, self._view.graph.x)
        predicted, target = scores.argmax(1), self._target[self._val]
        correct = (predicted[self._val] == target).float().mean().item()
        validation = (correct, -F.cross_entropy(scores[self._val], target).item())
        if validation > self._best:
            self._best, self.best_epoch, self.predictions = validation, self.epochs, predicted
