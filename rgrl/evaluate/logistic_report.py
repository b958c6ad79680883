"""The scores of the converged logistic regression, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.evaluate.probe_report import ProbeReport


@dataclass(frozen=True)
class LogisticReport:
    """Accuracies at the strength that validation chose, with that strength.

    Attributes:
        scores: Validation and test accuracy of every split.
        strengths: The chosen L2 strength of every split.
        converged: Whether the chosen fit of each split came to rest.
    """

    scores: ProbeReport
    strengths: tuple[float, ...]
    converged: tuple[bool, ...]

    @property
    def converged_share(self) -> float:
        """Share of the splits whose chosen fit came to rest, 0 to 1."""
        return sum(self.converged) / len(self.converged)

    @property
    def predictions(self) -> npt.NDArray[np.signedinteger[Any]] | None:
        """Predicted class of every node ``[S, N]``, those of ``scores``; None unless they were asked for."""
        return self.scores.predictions

    def to_dict(self) -> dict[str, Any]:
        """The scores' dictionary with ``strengths``, ``converged`` and ``converged_share`` beside it."""
        return {
            **self.scores.to_dict(),
            "strengths": list(self.strengths),
            "converged": list(self.converged),
            "converged_share": self.converged_share,
        }

    def __str__(self) -> str:
        fits = len(self.converged)
        return f"{self.scores}, {sum(self.converged)} of {fits} fits converged"
