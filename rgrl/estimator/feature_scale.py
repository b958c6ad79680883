"""Feature columns of one scale: that of the graph an embedder was fitted on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from rgrl.errors import DataError
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures

#: Below this share of its mean a column's deviation is that of rounded numbers.
_ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class FeatureScale:
    """Mean and standard deviation of each feature column of a graph.

    Attributes:
        mean: ``[F]``, float32.
        std: ``[F]``, float32; 0 where a column is constant up to rounding.

    Example:
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0, 5.0], [3.0, 5.0]])
        >>> FeatureScale.of(graph).standardized(graph).x.tolist()
        [[-1.0, 0.0], [1.0, 0.0]]
    """

    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, graph: Graph) -> FeatureScale:
        """Measure a graph's features.

        Raises:
            DataError: If they are sparse, which shifted columns are not.
        """
        x = _dense(graph)
        std, mean = torch.std_mean(x.double(), dim=0, correction=0)
        constant = std <= (_ROUNDING * mean.abs()).clamp(min=1e-30)
        return cls(mean.to(x.dtype), std.masked_fill(constant, 0).to(x.dtype))

    def standardized(self, graph: Graph) -> Graph:
        """The graph with features less the mean, over the deviation; a column that was constant becomes 0.

        Raises:
            DataError: If its features are sparse.
        """
        x = _dense(graph)
        mean, std = self.mean.to(x.device), self.std.to(x.device)
        return replace(graph, x=(x - mean).div_(std.where(std > 0, torch.inf)))


def _dense(graph: Graph) -> Tensor:
    if isinstance(graph.x, SparseFeatures):
        raise DataError(
            "standardize is True and the features are sparse: dense ones of your own are needed, which "
            "rgrl.as_graph(graph, x=x, sparse_features=False) keeps so"
        )
    return graph.x
