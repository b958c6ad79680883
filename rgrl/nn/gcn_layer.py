"""One graph convolution on a planned CSR pattern."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.graph.sparse_features import SparseFeatures
from rgrl.graph.view import View


class GCNLayer(nn.Module):
    """Kipf and Welling's convolution ``Â X W + b`` on a :class:`rgrl.graph.View`, or SGC's ``Â^K X W + b``.

    The same as PyG's ``GCNConv`` (``SGConv`` for K hops); its ``lin.weight`` is this layer's ``weight``
    transposed.

    Args:
        in_features: Width of the input.
        out_features: Width of the output.
        hops: K, propagations of the layer. What is propagated is ``X W``; of dense features that are no
            wider it is X, once for all that look at the view.
        generator: Random stream of the initial weights (Xavier-uniform; the bias starts at 0).

    Raises:
        ConfigError: If there are fewer hops than 1.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        hops: int = 1,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if hops < 1:
            raise ConfigError(f"hops is {hops}: at least 1 is needed")
        self.hops = hops
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights anew."""
        nn.init.xavier_uniform_(self.weight, generator=generator)
        nn.init.zeros_(self.bias)

    def forward(self, view: View, hidden: Tensor | SparseFeatures | None = None) -> Tensor:
        """Convolve ``hidden`` ``[N, in]``, or the view's masked features when it is ``None``."""
        propagated = self.propagate_first(view, hidden, self.weight)
        if propagated is None:
            propagated = view.propagate(self.project(view, hidden))
        return propagated.add_(self.bias)

    def propagate_first(
        self, view: View, hidden: Tensor | SparseFeatures | None, weight: Tensor
    ) -> Tensor | None:
        """``(Â^K X) W``, ``[N, out]``, where that is cheaper (:meth:`View.is_narrow`); ``None`` elsewhere."""
        if hidden is not None or type(self) is not GCNLayer or not view.is_narrow(weight):
            return None
        return view.propagate_features(weight, hops=self.hops)

    def project(
        self, view: View, hidden: Tensor | SparseFeatures | None = None, weight: Tensor | None = None
    ) -> Tensor:
        """``Â^(K-1) X W``, before the last propagation; with another ``weight`` ``[in, out]`` if given."""
        weight = self.weight if weight is None else weight
        projected = view.project(weight) if hidden is None else hidden @ weight
        for _ in range(self.hops - 1):
            projected = view.propagate(projected)
        return projected

    def extra_repr(self) -> str:
        """Return the widths, and the hops if there are several, for ``repr``."""
        hops = f", hops={self.hops}" if self.hops > 1 else ""
        return f"{self.weight.shape[0]}, {self.weight.shape[1]}{hops}"
