"""The graph convolutional network that classifies nodes."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.graph import SparseFeatures, View
from rgrl.nn import GCNLayer


class GCNClassifier(nn.Module):
    """Two graph convolutions, ``Â relu(Â X W + b) V + c`` (Kipf and Welling, ICLR 2017, equation 9).

    In training, dropout falls on the features and on the hidden layer; of sparse features on what is stored,
    which is the same, since a zero stays one.

    Args:
        num_features: F.
        num_classes: C.
        hidden: Width of the hidden layer.
        dropout: Probability of an input of a layer to be dropped.
        generator: Random stream of the initial weights.

    Raises:
        ConfigError: If a width is below 1, or ``dropout`` is not in [0, 1).

    Example:
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> GCNClassifier(1, 3).eval()(graph.view(), graph.x).shape
        torch.Size([2, 3])
    """

    def __init__(
        self,
        num_features: int,
        num_classes: int,
        *,
        hidden: int = 16,
        dropout: float = 0.5,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if hidden < 1:
            raise ConfigError(f"hidden is {hidden}: at least 1 is needed")
        if not 0.0 <= dropout < 1.0:
            raise ConfigError(f"dropout is {dropout}: a number of at least 0 and below 1 is needed")
        self.dropout = dropout
        self.first = GCNLayer(num_features, hidden, generator=generator)
        self.second = GCNLayer(hidden, num_classes, generator=generator)

    def forward(
        self, view: View, features: Tensor | SparseFeatures, generator: torch.Generator | None = None
    ) -> Tensor:
        """Score the classes: ``[N, C]``.

        Args:
            view: Holds Â.
            features: X, ``[N, F]``, in place of the view's own.
            generator: Random stream of the dropout, on the CPU.
        """
        if isinstance(features, SparseFeatures):
            features = replace(features, values=self._dropped(features.values, generator))
        else:
            features = self._dropped(features, generator)
        hidden = self.first(view, features).relu()
        return self.second(view, self._dropped(hidden, generator))

    def _dropped(self, values: Tensor, generator: torch.Generator | None) -> Tensor:
        if not self.training or self.dropout == 0.0:
            return values
        keep = torch.rand(values.shape, generator=generator).to(values.device) >= self.dropout
        return values * keep / (1.0 - self.dropout)
