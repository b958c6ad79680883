"""What a downstream task says of embeddings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

from rgrl.errors import DataError

#: Metrics of which less is better.
LESS_IS_BETTER: frozenset[str] = frozenset({"conductance"})


@dataclass(frozen=True)
class Report:
    """Scores of one task: some metrics, each measured once a repetition (a split, a draw, a k-means run).

    Attributes:
        task: Name of the task, such as ``"clustering"``.
        scores: For each metric one number a repetition; the same number of them for every metric. Unless a
            task says otherwise a score lies between 0 and 1; more is better, of ``LESS_IS_BETTER`` less.

    Raises:
        ValueError: If there is no metric, or they differ in length.

    Example:
        >>> report = Report("clustering", {"nmi": (0.5, 0.7), "ari": (0.4, 0.4)})
        >>> print(report)
        clustering: nmi 0.6000 ± 0.1414, ari 0.4000 ± 0.0000 (2 repetitions)
        >>> report.compare(Report("clustering", {"nmi": (0.5, 0.5)}))
        {'nmi': 0.1}
        >>> cut, larger_cut = (Report("clustering", {"conductance": (share,)}) for share in (0.2, 0.3))
        >>> cut.compare(larger_cut)
        {'conductance': 0.1}
    """

    task: str
    scores: Mapping[str, tuple[float, ...]]

    def __post_init__(self) -> None:
        lengths = {len(values) for values in self.scores.values()}
        if len(lengths) != 1 or 0 in lengths:
            raise ValueError(
                f"a report of {self.task} with {sorted(lengths)} scores a metric: as many of each"
            )

    @property
    def repetitions(self) -> int:
        """Number of repetitions."""
        return len(next(iter(self.scores.values())))

    def mean(self, metric: str) -> float:
        """Mean of a metric over the repetitions.

        Raises:
            DataError: If the report has no such metric.
        """
        return fmean(self._values(metric))

    def std(self, metric: str) -> float | None:
        """Unbiased standard deviation over the repetitions; None for a single one.

        Raises:
            DataError: If the report has no such metric.
        """
        values = self._values(metric)
        return stdev(values) if len(values) > 1 else None

    def compare(self, other: Report) -> dict[str, float]:
        """By how much this report is better than the other, for each metric that both have, to four places.

        The difference of the means: above 0 where this one's is higher, or, of a metric of
        ``LESS_IS_BETTER``, lower.

        Raises:
            DataError: If the other is of another task.
        """
        if other.task != self.task:
            raise DataError(f"a report of {self.task} cannot be compared with one of {other.task}")
        return {
            metric: round(_gain(metric, self.mean(metric), other.mean(metric)), 4)
            for metric in self.scores
            if metric in other.scores
        }

    def to_dict(self) -> dict[str, Any]:
        """Task, and for each metric mean, deviation and every score, ready for JSON."""
        return {
            "task": self.task,
            "metrics": {
                metric: {"mean": self.mean(metric), "std": self.std(metric), "values": list(values)}
                for metric, values in self.scores.items()
            },
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Report:
        """The report that :meth:`to_dict` wrote."""
        return cls(record["task"], {name: tuple(m["values"]) for name, m in record["metrics"].items()})

    def _values(self, metric: str) -> tuple[float, ...]:
        if metric not in self.scores:
            raise DataError(f"the report of {self.task} has no {metric!r}: it has {', '.join(self.scores)}")
        return self.scores[metric]

    def __str__(self) -> str:
        parts = []
        for metric in self.scores:
            std = self.std(metric)
            parts.append(f"{metric} {self.mean(metric):.4f}" + ("" if std is None else f" ± {std:.4f}"))
        count = self.repetitions
        return f"{self.task}: {', '.join(parts)} ({count} repetition{'s' if count > 1 else ''})"


def _gain(metric: str, own: float, other: float) -> float:
    return other - own if metric in LESS_IS_BETTER else own - other
