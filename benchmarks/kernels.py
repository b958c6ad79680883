"""Each compiled pass against the same in torch operations, and the products by the libraries that torch has.

    python benchmarks/kernels.py                   # shapes of Coauthor CS
    python benchmarks/kernels.py cora computers --out benchmarks/results/kernels.jsonl

One JSON object a row: milliseconds of both, medians of calls in turns, and their ratio.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from children import append
from inputs import load_input
from torch import Tensor
from torch.nn import functional as F

from rgrl.bench.environment import hardware, versions
from rgrl.graph import CSRPattern, Graph, SparseFeatures, View
from rgrl.graph.csr_matmul import csr_product
from rgrl.kernels.local_rows import local_rows
from rgrl.kernels.masked_entries import masked_entries
from rgrl.kernels.normalize_rows import normalize_rows
from rgrl.kernels.prelu_rows import prelu_rows_backward
from rgrl.kernels.relation_rows import relation_rows
from rgrl.kernels.scaled_columns import scaled_columns, scaled_columns_backward
from rgrl.training import products
from rgrl.training.keep_freed_memory import keep_freed_memory

Row = tuple[str, Callable[[], object], Callable[[], object]]


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("inputs", nargs="*", default=["cs"], help="datasets, or synthetic:N,E,F,density")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    arguments = parser.parse_args()
    for name in arguments.inputs:
        for what, ours, theirs in rows(name):
            with keep_freed_memory():  # as in training, or results of ours would be new pages each time
                mine, others = in_turns(ours, theirs, arguments.repeats)
            row = {"benchmark": "kernels", "dataset": name, "pass": what, "ms": mine, "torch_ms": others}
            row["ratio"] = others / mine
            print(json.dumps(row), flush=True)
            append(arguments.out, row)
    append(arguments.out, {"hardware": hardware("cpu"), "versions": versions()})


def in_turns(ours: Callable[[], object], theirs: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median milliseconds of both."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeats + 2):
        for found, run in zip(times, (ours, theirs), strict=True):
            start = time.perf_counter()
            run()
            if turn > 1:  # the first ones warm up
                found.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[0]), statistics.median(times[1])


def rows(name: str) -> Iterator[Row]:
    """What is compared, at a dataset's shapes."""
    graph, preset = load_input(name, None)
    n, (d1, d2), m = graph.num_nodes, preset.layers, min(preset.num_anchors, graph.num_nodes)
    matrices = [("Â H", graph.pattern, graph.view().adjacency_values)]
    if isinstance(graph.x, SparseFeatures):
        matrices.insert(0, ("X W", graph.x.pattern, graph.x.values))
    for what, pattern, values in matrices:
        for transposed in (False, True):
            for drop in (0.0, 0.3):
                dropped = values * (random(values.numel(), 1)[:, 0].sigmoid() >= drop)
                title = f"{what}{' transposed' if transposed else ''}, {drop:.0%} dropped, width {d1}"
                yield sparse(title, pattern, dropped, d1, transposed)
    yield from masks_and_scales(graph, d1)
    x, grad, out = random(n, d1), random(n, d1), torch.empty(n, d1)
    slope = torch.full((1,), 0.25, requires_grad=True)
    leaf = x.clone().requires_grad_()
    activated = F.prelu(leaf, slope)
    yield (
        f"PReLU's backward, width {d1}",
        lambda: prelu_rows_backward(grad, x, 0.25, out),
        lambda: torch.autograd.grad(activated, (leaf, slope), grad, retain_graph=True),
    )
    length = torch.empty(n)
    yield (
        f"rows of length one, width {d1}",
        lambda: normalize_rows(x, out, length),
        lambda: F.normalize(x, dim=1),
    )
    yield relations(min(n, 2048), m)
    index = torch.randint(n, (n, preset.num_local_anchors), generator=torch.Generator().manual_seed(0))
    p, divergences, slopes = F.normalize(random(n, d2), dim=1), torch.empty(n), torch.empty(n, d2)
    scales = {"student_scale": 10.0, "teacher_scale": 100.0}
    yield (
        f"{preset.num_local_anchors} own anchors of {n} rows, width {d2}",
        lambda: local_rows(p, p, p, index, None, **scales, rows=divergences, grad=slopes),
        lambda: gathered(p, index),
    )
    for rows_, inner, columns in ((n, d1, d2), (n, d2, preset.predictor_hidden)):
        a, b, product = random(rows_, inner), random(inner, columns), torch.empty(rows_, columns)
        a_half, b_half = a.bfloat16(), b.bfloat16()
        title = f"{rows_} x {inner} x {columns}"

        def exact(a: Tensor = a, b: Tensor = b, product: Tensor = product) -> None:
            with products("fp32", torch.device("cpu")):
                torch.mm(a, b, out=product)

        def plain(a: Tensor = a, b: Tensor = b, product: Tensor = product) -> None:
            torch.mm(a, b, out=product)

        yield f"float32 product {title}, oneDNN against MKL", exact, plain
        yield f"bfloat16 product {title}", lambda a=a_half, b=b_half: torch.mm(a, b), plain


def sparse(title: str, pattern: CSRPattern, values: Tensor, width: int, transposed: bool) -> Row:
    """A sparse product by the kernel and by MKL."""
    shape = pattern.shape[::-1] if transposed else pattern.shape
    dense, out = random(shape[1], width), torch.zeros(shape[0], width)
    crow = pattern.transpose_crow if transposed else pattern.crow
    col = pattern.transpose_col if transposed else pattern.col
    entries = values[pattern.transpose_order] if transposed else values
    matrix = torch.sparse_csr_tensor(crow, col, entries, size=shape, check_invariants=False)
    return (
        title,
        lambda: csr_product(pattern, values, dense, transposed=transposed),
        lambda: torch.addmm(out, matrix, dense, beta=0, out=out),
    )


def relations(rows: int, anchors: int) -> Row:
    """Divergence of similarities as cosines are, at published temperatures; the kernel overwrites its own."""
    similar = [random(rows, anchors).div(4).clamp(-1, 1) for _ in range(2)]
    copies, found = [z.clone() for z in similar], torch.empty(rows)

    def ours() -> None:
        for copy, z in zip(copies, similar, strict=True):
            copy.copy_(z)
        relation_rows(*copies, found, student_scale=10.0, teacher_scale=100.0)

    return (
        f"copy and divergence of {rows} x {anchors} similarities",
        ours,
        lambda: divergence(similar[0] * 10.0, similar[1] * 100.0),
    )


def masks_and_scales(graph: Graph, width: int) -> Iterator[Row]:
    """What an update does to edges, features and the first weight before it multiplies."""
    p, keep = graph.pattern, random(graph.pattern.nnz, 1)[:, 0] < 0.5
    keep[graph.diagonal] = True

    def adjacency() -> Tensor:
        count = torch.zeros(p.nnz + 1, dtype=torch.int64)
        torch.cumsum(keep, 0, out=count[1:])
        root = (count[p.crow[1:]] - count[p.crow[:-1]]).float().rsqrt()
        return root[p.row] * root[p.col] * keep

    yield "adjacency of the kept edges", lambda: View(graph, edge_keep=keep).adjacency_values, adjacency
    if isinstance(x := graph.x, SparseFeatures):
        kept = random(graph.num_features, 1)[:, 0] < 0.5
        yield (
            "masked features",
            lambda: masked_entries(x.values, x.pattern.col, kept),
            lambda: x.values * kept[x.pattern.col],
        )
    weight, scale = random(graph.num_features, width), random(width, 1)[:, 0].contiguous()
    half, grad = torch.empty(weight.shape, dtype=torch.bfloat16), random(graph.num_features, width).bfloat16()
    out = torch.empty_like(weight)
    yield (
        f"W s in bfloat16, width {width}",
        lambda: scaled_columns(weight, scale, half),
        lambda: (weight * scale).to(torch.bfloat16),
    )
    yield (
        f"W s backward in bfloat16, width {width}",
        lambda: scaled_columns_backward(grad, weight, scale, out),
        lambda: (grad.float() * scale, (grad.float() * weight).sum(0)),
    )


def divergence(q: Tensor, k: Tensor) -> Tensor:
    """As ``F.kl_div`` users write it, with the difference that the gradient needs."""
    log_q, log_k = q.log_softmax(1), k.log_softmax(1)
    weight = log_k.exp()
    return (weight * (log_k - log_q)).sum(1) + 0 * (log_q.exp() - weight)[:, 0]


def gathered(p: Tensor, index: Tensor) -> Tensor:
    """The local term with anchors gathered into ``[N, k, d]``."""
    own = p[index]
    q, k = ((p[:, None] * own).sum(2) * scale for scale in (10.0, 100.0))
    weight = q.softmax(1) - k.softmax(1)
    return torch.einsum("nk,nkd->nd", weight, own)


def random(rows: int, columns: int) -> Tensor:
    """Gaussian numbers, float32, the same each time."""
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(0))


if __name__ == "__main__":
    main()
