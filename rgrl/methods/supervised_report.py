"""The scores of the supervised GCN over its splits."""

from __future__ import annotations

from dataclasses import dataclass

from rgrl.evaluate import ProbeReport


@dataclass(frozen=True, kw_only=True)
class SupervisedReport(ProbeReport):
    """Accuracies of a training on every split, in per cent, and how long it was.

    Attributes:
        epochs: Epochs that each split got, its best one and what came after it.
        stopped: Whether they were ended before their number or their patience did.

    Example:
        >>> report = SupervisedReport(val=(80.0, 84.0), test=(79.0, 81.0), epochs=(130, 200), stopped=False)
        >>> print(report)
        test 80.00 ± 1.41, validation 82.00 ± 2.83 (2 splits)
    """

    epochs: tuple[int, ...]
    stopped: bool
