"""The scores of one probe over its splits."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class ProbeReport:
    """Validation and test accuracy of every split, in per cent.

    Whatever chooses between models reads ``val_mean`` and nothing else.

    Attributes:
        val: Accuracy on the validation rows, one a split.
        test: Accuracy on the test rows, one a split, in the same order.
        predictions: Predicted class of every node by each split's classifier, ``[S, N]``, in the smallest
            integers that hold them; those of training nodes among them. None unless they were asked for.
            They are in no :meth:`to_dict`, and reports are equal without them.

    Raises:
        ValueError: If there is no split, or the two differ in length.

    Example:
        >>> report = ProbeReport(val=(80.0, 84.0), test=(79.0, 81.0))
        >>> print(report)
        test 80.00 ± 1.41, validation 82.00 ± 2.83 (2 splits)
    """

    val: tuple[float, ...]
    test: tuple[float, ...]
    predictions: npt.NDArray[np.signedinteger[Any]] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.val or len(self.val) != len(self.test):
            raise ValueError(
                f"a report of {len(self.val)} validation and {len(self.test)} test accuracies: "
                "as many of each are needed, and at least one"
            )

    @property
    def val_mean(self) -> float:
        """Mean validation accuracy over the splits, per cent."""
        return fmean(self.val)

    @property
    def test_mean(self) -> float:
        """Mean test accuracy over the splits, per cent."""
        return fmean(self.test)

    @property
    def val_std(self) -> float | None:
        """Unbiased standard deviation of the validation accuracy over splits; None for a single split."""
        return stdev(self.val) if len(self.val) > 1 else None

    @property
    def test_std(self) -> float | None:
        """Unbiased standard deviation of the test accuracy over splits; None for a single split."""
        return stdev(self.test) if len(self.test) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """Means, deviations and the accuracy of every split, ready for JSON."""
        return {
            "val_mean": self.val_mean,
            "val_std": self.val_std,
            "test_mean": self.test_mean,
            "test_std": self.test_std,
            "val": list(self.val),
            "test": list(self.test),
        }

    def __str__(self) -> str:
        test, val = _with_std(self.test_mean, self.test_std), _with_std(self.val_mean, self.val_std)
        count = len(self.val)
        return f"test {test}, validation {val} ({count} split{'s' if count > 1 else ''})"


def _with_std(mean: float, std: float | None) -> str:
    return f"{mean:.2f}" if std is None else f"{mean:.2f} ± {std:.2f}"
