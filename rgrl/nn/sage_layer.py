"""A GraphSAGE layer on the graph's CSR pattern."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from rgrl.global_stream import lent_global_stream
from rgrl.graph.csr_matmul import csr_matmul
from rgrl.graph.view import View


class SAGELayer(nn.Module):
    """``M H W_l + b + H W_r``, M the mean over the sources into a target (Hamilton et al., NeurIPS 2017).

    The same as PyG's ``SAGEConv(aggr="mean")``, whose parameters have the same names and shapes. The mean is
    a sparse product with the rows after ``W_l``, and no row is written for each edge. Of dense features that
    are no wider it is one with X, once for all that look at the view.

    Args:
        in_features: Width of H.
        out_features: Width of the output.
        generator: Random stream of the initial weights.

    Example:
        >>> from rgrl.graph import Graph
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
        >>> SAGELayer(1, 4)(graph.view()).shape
        torch.Size([2, 4])
    """

    def __init__(
        self, in_features: int, out_features: int, *, generator: torch.Generator | None = None
    ) -> None:
        super().__init__()
        with lent_global_stream():  # what torch draws for them is drawn anew below
            self.lin_l = nn.Linear(in_features, out_features, device="cpu")
            self.lin_r = nn.Linear(in_features, out_features, bias=False, device="cpu")
        bound = in_features**-0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, view: View, hidden: Tensor | None = None) -> Tensor:
        """Convolve ``hidden`` ``[N, in]``, or the view's masked features when it is ``None``."""
        if hidden is None and view.is_narrow(self.lin_l.weight.t()):
            mean = view.average_features(self.lin_l.weight.t())
            return mean.add_(self.lin_l.bias).add_(view.project(self.lin_r.weight.t()))
        neighbours, own = self.project(view, hidden)
        return self.spread(view, neighbours, own)

    def project(self, view: View, hidden: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """``H W_l`` and ``H W_r``, ``[N, out]`` each, in one product."""
        weight = torch.cat([self.lin_l.weight, self.lin_r.weight]).t()
        both = view.project(weight) if hidden is None else hidden @ weight
        neighbours, own = both.chunk(2, dim=1)
        return neighbours, own

    def spread(self, view: View, neighbours: Tensor, own: Tensor) -> Tensor:
        """The layer's output from what :meth:`project` gave."""
        mean = csr_matmul(view.graph.pattern, view.mean_values, neighbours)
        return mean.add_(self.lin_l.bias).add_(own)
