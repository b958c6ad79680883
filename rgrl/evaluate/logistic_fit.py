"""What one split's logistic regression comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LogisticFit:
    """Accuracies in per cent of one split at its chosen strength.

    Attributes:
        val: Accuracy on the validation rows.
        test: Accuracy on the test rows.
        strength: The chosen L2 strength.
        converged: Whether that fit came to rest.
    """

    val: float
    test: float
    strength: float
    converged: bool
