"""The products that an update of RGRL cannot avoid, each alone, with the fastest kernel at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from rgrl.graph import CSRPattern, Graph, SparseFeatures
from rgrl.methods import RGRLPlan
from rgrl.presets import Preset


@dataclass(frozen=True)
class Product:
    """One product of the step.

    Attributes:
        name: What is multiplied.
        times: How often it occurs in an update.
        run: Do it once, into memory that is there already.
    """

    name: str
    times: int
    run: Callable[[], object]


def products(preset: Preset, plan: RGRLPlan, dtype: torch.dtype) -> list[Product]:
    """List the products: forward for student and teacher, backward for the student, two views.

    Args:
        preset: Widths.
        plan: Graph and anchors.
        dtype: Of the dense products; sparse ones are float32 always.
    """
    graph, n = plan.graph, plan.graph.num_nodes
    d1, d2 = preset.layers
    h, m = preset.predictor_hidden, plan.sampler.num_anchors

    def dense(name: str, times: int, rows: int, inner: int, columns: int, kind: str = "nn") -> Product:
        a = _random((inner, rows) if kind == "tn" else (rows, inner), dtype, graph.device)
        b = _random((columns, inner) if kind == "nt" else (inner, columns), dtype, graph.device)
        out = torch.empty(rows, columns, dtype=dtype, device=graph.device)
        left, right = (a.T if kind == "tn" else a), (b.T if kind == "nt" else b)
        return Product(name, times, lambda: torch.mm(left, right, out=out))

    return [
        *_feature_products(graph, d1, dense),
        *_propagations(graph, d1, 1),
        dense("H W2", 4, n, d1, d2),
        dense("Hᵀ G2", 2, d1, n, d2, "tn"),
        dense("G2 W2ᵀ", 2, n, d2, d1, "nt"),
        *_propagations(graph, d2, 2),
        dense("predictor 1", 2, n, d2, h, "nt"),
        dense("predictor 1, weight's gradient", 2, h, n, d2, "tn"),
        dense("predictor 1, input's gradient", 2, n, h, d2),
        dense("predictor 2", 2, n, h, d2, "nt"),
        dense("predictor 2, weight's gradient", 2, d2, n, h, "tn"),
        dense("predictor 2, input's gradient", 2, n, d2, h),
        dense("similarities of the student", 2, n, d2, m, "nt"),
        dense("similarities of the teacher", 2, n, d2, m, "nt"),
        dense("anchors in the gradient", 2, n, m, d2),
    ]


def _feature_products(graph: Graph, d1: int, dense: Callable[..., Product]) -> list[Product]:
    n, f = graph.num_nodes, graph.num_features
    if isinstance(graph.x, SparseFeatures):
        pattern, values = graph.x.pattern, graph.x.values
        return _sparse_pair("X W1", 4, "Xᵀ G1", 2, pattern, values, d1)
    return [dense("X W1", 4, n, f, d1), dense("Xᵀ G1", 2, f, n, d1, "tn")]


def _propagations(graph: Graph, d: int, layer: int) -> list[Product]:
    values = graph.view().adjacency_values
    return _sparse_pair(f"Â H{layer}", 4, f"Âᵀ G{layer}", 2, graph.pattern, values, d)


def _sparse_pair(
    name: str, times: int, back: str, back_times: int, pattern: CSRPattern, values: Tensor, d: int
) -> list[Product]:
    rows, columns = pattern.shape
    return [
        _sparse(name, times, (pattern.crow, pattern.col, values), (rows, columns), d),
        _sparse(
            back,
            back_times,
            (pattern.transpose_crow, pattern.transpose_col, values[pattern.transpose_order]),
            (columns, rows),
            d,
        ),
    ]


def _sparse(
    name: str, times: int, csr: tuple[Tensor, Tensor, Tensor], size: tuple[int, int], d: int
) -> Product:
    matrix = torch.sparse_csr_tensor(*csr, size=size, check_invariants=False)
    b = _random((size[1], d), torch.float32, csr[2].device)
    out = torch.zeros(size[0], d, device=csr[2].device)
    return Product(name, times, lambda: torch.addmm(out, matrix, b, beta=0, out=out))


def _random(shape: tuple[int, int], dtype: torch.dtype, device: torch.device) -> Tensor:
    generator = torch.Generator(device).manual_seed(0)
    return torch.randn(shape, generator=generator, device=device).to(dtype)
