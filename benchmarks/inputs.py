"""What a measurement runs on: a dataset by name, or a synthetic graph by its sizes."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from rgrl.datasets import load_dataset
from rgrl.errors import ConfigError
from rgrl.graph import Graph
from rgrl.presets import RGRLPreset as Preset
from rgrl.presets import load_preset


def load_input(name: str, preset: str | None) -> tuple[Graph, Preset]:
    """Load a graph and its preset.

    Args:
        name: A dataset's name, or ``synthetic:N,E,F,density`` with E directed edges.
        preset: A preset's name; by default the dataset's own, and ``rgrl-cs`` for a synthetic graph.
    """
    if not name.startswith("synthetic:"):
        return load_dataset(name).graph, load_preset(preset or f"rgrl-{name}")
    try:
        nodes, edges, features = (int(float(part)) for part in name.removeprefix("synthetic:").split(",")[:3])
        density = float(name.split(",")[3])
    except (ValueError, IndexError):
        raise ConfigError(f"input is {name!r}: synthetic:N,E,F,density is accepted") from None
    return synthetic_graph(nodes, edges, features, density), load_preset(preset or "rgrl-cs")


def synthetic_graph(nodes: int, edges: int, features: int, density: float, *, power: float = 0.5) -> Graph:
    """Draw an undirected graph with power-law degrees and random features.

    Args:
        nodes: N.
        edges: Directed edges, about; each pair counts twice, and repeated pairs are merged.
        features: F.
        density: Share of non-zero features: ones if below 1, Gaussian numbers if 1.
        power: The i-th node is drawn in proportion to ``(i + 1) ** -power``; 0 gives equal degrees.
    """
    rng = np.random.default_rng(0)
    weight = np.arange(1, nodes + 1, dtype=np.float64) ** -power
    cumulative = np.cumsum(weight / weight.sum())
    cumulative[-1] = 1.0
    ends = rng.permutation(nodes)[np.searchsorted(cumulative, rng.random((2, edges // 2)))]
    both = np.concatenate([ends, ends[::-1]], axis=1)
    if density >= 1:
        return Graph.from_edge_index(both, x=rng.standard_normal((nodes, features), dtype=np.float32))
    count = int(density * nodes * features)
    rows, columns = (rng.integers(size, size=count) for size in (nodes, features))
    x = sparse.csr_matrix((np.ones(count, dtype=np.float32), (rows, columns)), shape=(nodes, features))
    x.data[:] = 1.0  # where an entry was drawn twice
    return Graph.from_edge_index(both, x=x)
