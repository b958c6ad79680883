"""The choice between the embeddings of one training."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.probe_report import ProbeReport
from rgrl.evaluate.setting_checks import require_count


class BestEmbedding:
    """Keeps the embedding of best validation score, of those that it is shown during a training.

    The earliest of equals is kept, as a copy on the CPU. Test scores take no part: of a report
    ``val_mean`` is read and nothing else.

    Args:
        patience: Evaluations in a row without a better one after which :attr:`is_over` is true; None for
            never.

    Attributes:
        update: When the best one was shown.
        score: Its validation score.
        report: Its report, if one was given.

    Raises:
        ConfigError: If ``patience`` is below 1.

    Example:
        >>> best = BestEmbedding(patience=2)
        >>> for update, score in enumerate((0.5, 0.7, 0.6, 0.7, 0.9)):
        ...     better = best.offer(update, torch.full((3, 2), score), score)
        ...     if best.is_over:
        ...         break
        >>> best.update, best.score, update
        (1, 0.7, 3)
    """

    def __init__(self, *, patience: int | None = None) -> None:
        if patience is not None:
            require_count("patience", patience)
        self._patience = patience
        self._embedding: Tensor | None = None
        self._since = 0
        self.update: float = 0
        self.score = -math.inf
        self.report: ProbeReport | None = None

    def offer(self, update: float, embedding: Any, score: ProbeReport | float) -> bool:
        """Show an embedding; whether it is the best so far.

        Args:
            update: Updates done.
            embedding: Tensor or array ``[N, d]``.
            score: Validation score, more being better, or the report of a probe.

        Raises:
            DataError: If the score is not finite.
        """
        report = score if isinstance(score, ProbeReport) else None
        value = score.val_mean if isinstance(score, ProbeReport) else float(score)
        if not math.isfinite(value):
            raise DataError(f"the validation score of update {update:g} is {value}: a finite one is needed")
        if self._embedding is not None and value <= self.score:
            self._since += 1
            return False
        self._embedding = None  # so that it is gone before there is a new one
        self._embedding = torch.as_tensor(embedding).detach().to("cpu", copy=True)
        self.update, self.score, self.report, self._since = update, value, report, 0
        return True

    @property
    def is_over(self) -> bool:
        """Whether the patience is used up."""
        return self._patience is not None and self._since >= self._patience

    @property
    def embedding(self) -> Tensor:
        """The best one, ``[N, d]``, on the CPU.

        Raises:
            DataError: If none was shown.
        """
        if self._embedding is None:
            raise DataError("no embedding was offered: there is none to choose")
        return self._embedding
