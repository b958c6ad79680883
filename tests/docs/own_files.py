"""What a printed command names as the reader's own: graphs, rows, settings, photographs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.torch import save_file
from scipy import sparse

from rgrl.datasets import load_dataset
from rgrl.graph import Graph


def make_files(folder: Path, words: Sequence[str], *, dataset: str | None, root: str | None) -> None:
    """Make each file that the words name and the folder lacks, by its ending; graphs are the karate club.

    Args:
        folder: Where the command runs.
        words: Of the command.
        dataset: Whose nodes the rows of an ``.npy`` file are.
        root: Folder of raw files.
    """
    graph = load_dataset("karate").graph
    for word in sorted(words, key=lambda word: word.endswith(".npy")):  # rows are of a graph that is there
        path = folder / word
        if "/" in word.rstrip("/"):
            continue
        if path.suffix in MAKERS and not path.exists():
            MAKERS[path.suffix](path, graph)
        elif path.suffix == ".npy" and dataset is not None:
            own = folder / dataset
            nodes = load_dataset(own if own.is_file() else dataset, root=root).graph.num_nodes
            np.save(path, np.random.default_rng(0).normal(size=(nodes, 8)))
        elif word.endswith("/") and not path.exists():
            save_photos(path)


def save_npz(path: Path, graph: Graph) -> None:
    source, target = graph.edge_index.numpy()
    adj = sparse.csr_matrix((np.ones(source.size), (source, target)), shape=(graph.num_nodes,) * 2)
    parts = {}
    for name, matrix in (("adj", adj), ("attr", sparse.csr_matrix(graph.x.to_dense().numpy()))):
        for key in ("data", "indices", "indptr", "shape"):
            parts[f"{name}_{key}"] = getattr(matrix, key)
    np.savez(path, **parts, labels=graph.y.numpy())


def save_safetensors(path: Path, graph: Graph) -> None:
    save_file({"x": graph.x.to_dense(), "edge_index": graph.edge_index.contiguous(), "y": graph.y}, path)


def save_table(path: Path, graph: Graph) -> None:
    path.write_text("".join(f"n{a} n{b}\n" for a, b in graph.edge_index.T.tolist()))
    rows = [f"n{node},{node % 5},{graph.degree[node]}\n" for node in range(graph.num_nodes)]
    path.with_name(f"{path.stem}.features.csv").write_text("id,first,second\n" + "".join(rows))


def save_settings(path: Path, graph: Graph) -> None:
    path.write_text('method = "bgrl"\nepochs = 2\nlayers = [16, 8]\n')


def save_photos(path: Path) -> None:
    draw = np.random.default_rng(0)
    for part, count in (("train", 200), ("test", 40)):
        for kind in ("cats", "dogs"):
            folder = path / part / kind
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = draw.integers(0, 256, (40, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")


MAKERS = {
    ".npz": save_npz,
    ".safetensors": save_safetensors,
    ".edgelist": save_table,
    ".toml": save_settings,
}
