"""Small odd graphs: isolated nodes, self-loops, repeated edges, a single node."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from rgrl.graph import Graph


@st.composite
def edge_lists(draw: st.DrawFn, *, undirected: bool | None = None) -> tuple[int, list[tuple[int, int]]]:
    nodes = draw(st.integers(1, 8))
    node = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(node, node), max_size=20))
    if undirected or (undirected is None and draw(st.booleans())):
        edges = edges + [(b, a) for a, b in edges]
    return nodes, edges


@st.composite
def graphs(draw: st.DrawFn, *, undirected: bool | None = None) -> Graph:
    nodes, edges = draw(edge_lists(undirected=undirected))
    seed = draw(st.integers(0, 99))
    x = torch.randn(nodes, 5, generator=torch.Generator().manual_seed(seed))
    x = x * (x > 0)
    return Graph.from_edge_index(
        torch.tensor(edges, dtype=torch.long).reshape(-1, 2).T, x=x, sparse_features=draw(st.booleans())
    )
