"""The products that an update of RGRL cannot avoid, each alone, with the fastest kernel at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from rgrl.graph import CSRPattern, SparseFeatures, View
from rgrl.graph.csr_matmul import csr_product
from rgrl.methods import RGRLPlan
from rgrl.presets import RGRLPreset as Preset
from rgrl.training import products as library


@dataclass(frozen=True)
class Product:
    """One product of the step.

    Attributes:
        name: What is multiplied.
        times: How often it occurs in an update.
        kernels: The ways to do it, by name; each into memory that is there already, or kept by the allocator.
    """

    name: str
    times: int
    kernels: dict[str, Callable[[], object]]


class Floor:
    """Lists the products of forward for student and teacher, backward for the student, two views.

    Args:
        preset: Widths.
        plan: Graph and anchors.
        views: The two views of an update: an edge that was dropped takes no part in a product.
        dtype: float32 or bfloat16.
    """

    def __init__(self, preset: Preset, plan: RGRLPlan, views: list[View], dtype: torch.dtype) -> None:
        self.preset, self.plan, self.views, self.dtype = preset, plan, views, dtype

    def products(self) -> list[Product]:
        """All of them."""
        n, (d1, d2) = self.plan.graph.num_nodes, self.preset.layers
        h, m = self.preset.predictor_hidden, self.plan.sampler.num_anchors
        return [
            *self._features(d1),
            *self._first_propagations(d1),
            self._dense("H W2", 4, n, d1, d2),
            self._dense("Hᵀ G2", 2, d1, n, d2, "tn"),
            self._dense("G2 W2ᵀ", 2, n, d2, d1, "nt"),
            *self._propagations(d2, 2),
            self._dense("predictor 1", 2, n, d2, h, "nt"),
            self._dense("predictor 1, weight's gradient", 2, h, n, d2, "tn"),
            self._dense("predictor 1, input's gradient", 2, n, h, d2),
            self._dense("predictor 2", 2, n, h, d2, "nt"),
            self._dense("predictor 2, weight's gradient", 2, d2, n, h, "tn"),
            self._dense("predictor 2, input's gradient", 2, n, d2, h),
            self._dense("similarities of the student", 2, n, d2, m, "nt"),
            self._dense("similarities of the teacher", 2, n, d2, m, "nt"),
            self._dense("anchors in the gradient", 2, n, m, d2),
        ]

    def _dense(self, name: str, times: int, rows: int, inner: int, columns: int, kind: str = "nn") -> Product:
        a = self._random(inner, rows) if kind == "tn" else self._random(rows, inner)
        b = self._random(columns, inner) if kind == "nt" else self._random(inner, columns)
        out = a.new_empty(rows, columns)
        left, right = (a.T if kind == "tn" else a), (b.T if kind == "nt" else b)

        def multiply() -> None:
            torch.mm(left, right, out=out)

        def exact_onednn() -> None:
            with library("fp32", out.device):
                torch.mm(left, right, out=out)

        if self.dtype != torch.float32 or out.device.type != "cpu":
            return Product(name, times, {"torch": multiply})
        return Product(name, times, {"MKL": multiply, "oneDNN": exact_onednn})

    def _features(self, d1: int) -> list[Product]:
        graph = self.plan.graph
        if not isinstance(graph.x, SparseFeatures):
            n, f = graph.num_nodes, graph.num_features
            return [self._dense("X W1", 4, n, f, d1), self._dense("Xᵀ G1", 2, f, n, d1, "tn")]
        pattern, values = graph.x.pattern, [view.feature_values for view in self.views]
        return self._sparse_pairs("X W1", "Xᵀ G1", pattern, values, d1)

    def _first_propagations(self, d1: int) -> list[Product]:
        graph = self.plan.graph
        if isinstance(graph.x, SparseFeatures) or graph.num_features > d1:
            return self._propagations(d1, 1)
        f = graph.num_features  # narrow: once a view, and no gradient
        values = [view.adjacency_values for view in self.views]
        return [
            self._sparse(f"Â X, view {number}", 1, graph.pattern, entries, f, transposed=False)
            for number, entries in enumerate(values, start=1)
        ]

    def _propagations(self, d: int, layer: int) -> list[Product]:
        values = [view.adjacency_values for view in self.views]
        return self._sparse_pairs(f"Â H{layer}", f"Âᵀ G{layer}", self.plan.graph.pattern, values, d)

    def _sparse_pairs(
        self, name: str, back: str, pattern: CSRPattern, values: list[Tensor], d: int
    ) -> list[Product]:
        found = []
        for number, entries in enumerate(values, start=1):
            found.append(self._sparse(f"{name}, view {number}", 2, pattern, entries, d, transposed=False))
            found.append(self._sparse(f"{back}, view {number}", 1, pattern, entries, d, transposed=True))
        return found

    def _sparse(
        self, name: str, times: int, pattern: CSRPattern, values: Tensor, d: int, *, transposed: bool
    ) -> Product:
        rows, columns = pattern.shape[::-1] if transposed else pattern.shape
        b = self._random(columns, d)
        kernels: dict[str, Callable[[], object]] = {
            "rgrl": lambda: csr_product(pattern, values, b, transposed=transposed)
        }
        if self.dtype == torch.float32:
            crow = pattern.transpose_crow if transposed else pattern.crow
            col = pattern.transpose_col if transposed else pattern.col
            entries = values[pattern.transpose_order] if transposed else values
            matrix = torch.sparse_csr_tensor(crow, col, entries, size=(rows, columns), check_invariants=False)
            out = torch.zeros(rows, d, device=values.device)
            kernels["MKL"] = lambda: torch.addmm(out, matrix, b, beta=0, out=out)
        return Product(name, times, kernels)

    def _random(self, rows: int, columns: int) -> Tensor:
        generator = torch.Generator().manual_seed(0)
        return torch.randn(rows, columns, generator=generator).to(self.plan.graph.device, self.dtype)
