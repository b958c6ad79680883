"""What one split's logistic regression comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class LogisticFit:
    """Accuracies in per cent of one split at its chosen strength.

    Attributes:
        val: Accuracy on the validation rows.
        test: Accuracy on the test rows.
        strength: The chosen L2 strength.
        converged: Whether that fit came to rest.
        predictions: Predicted class of every node ``[N]``, if they were asked for.
    """

    val: float
    test: float
    strength: float
    converged: bool
    predictions: npt.NDArray[np.signedinteger[Any]] | None = None
