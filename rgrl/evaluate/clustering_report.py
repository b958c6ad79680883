"""The scores of clusters, and the clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError
from rgrl.evaluate.report import Report
from rgrl.evaluate.smallest_integers import smallest_integers


@dataclass(frozen=True)
class ClusteringReport(Report):
    """A report of k-means that holds what was found as well.

    Attributes:
        inertia: Sum of squared distances of the rows to their centres, one a run.
        clusters: Cluster of every node in every run, ``[runs, N]``, from 0, in the smallest integers that
            hold them. The number of a cluster says nothing, and another run numbers otherwise.

    Example:
        >>> found = np.array([[0, 0, 1], [1, 0, 0]], dtype=np.int8)
        >>> report = ClusteringReport("clustering", {"nmi": (0.5, 0.7)}, inertia=(3.0, 2.0), clusters=found)
        >>> report.best_clusters.tolist()
        [1, 0, 0]
        >>> sorted(report.to_dict()), sorted(report.to_dict(clusters=True))
        (['metrics', 'task'], ['clusters', 'inertia', 'metrics', 'task'])
    """

    inertia: tuple[float, ...]
    clusters: npt.NDArray[np.signedinteger[Any]] = field(compare=False, repr=False)

    @property
    def best_clusters(self) -> npt.NDArray[np.signedinteger[Any]]:
        """Cluster of every node ``[N]`` in the run of least inertia, the earliest at a tie."""
        return self.clusters[int(np.argmin(self.inertia))]

    def to_dict(self, *, clusters: bool = False) -> dict[str, Any]:
        """What every report gives for JSON; with ``clusters`` these, and each run's inertia, as well."""
        own = {"inertia": list(self.inertia), "clusters": self.clusters.tolist()} if clusters else {}
        return {**super().to_dict(), **own}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """The report that :meth:`to_dict` wrote with its clusters.

        Raises:
            DataError: If it was written without them.
        """
        if "clusters" not in record:
            raise DataError(
                f"the record of {record['task']} has no clusters: to_dict(clusters=True) writes them, "
                "Report.from_dict reads the scores alone"
            )
        found = np.asarray(record["clusters"])
        plain = Report.from_dict(record)
        return cls(
            plain.task,
            plain.scores,
            inertia=tuple(record["inertia"]),
            clusters=smallest_integers(found, int(found.max()) + 1),
        )
