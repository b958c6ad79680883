"""What a printed command names as the reader's own: graphs, rows, settings, photographs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from printed_command import PrintedCommand
from safetensors.torch import save_file
from scipy import sparse

from rgrl.datasets import load_dataset
from rgrl.estimator import write_embedding
from rgrl.graph import Graph


def make_files(folder: Path, command: PrintedCommand, *, root: str | None) -> None:
    """Make what the command names and the folder lacks, by its ending; graphs are the karate club.

    Args:
        folder: Where the command runs; its ``results`` stand for every folder of results.
        command: The command.
        root: Folder of raw files.
    """
    given, graph = command.parameters, load_dataset("karate").graph
    for word in command.words:
        path = folder / word
        if path.suffix in GRAPHS and not path.exists():
            GRAPHS[path.suffix](path, graph)
        elif word.endswith("/") and not path.exists():
            save_photos(path)
    for name in given.get("results") or ():
        if not (folder / name).exists():
            shutil.copytree(folder / "results", folder / name)
    if str(given.get("preset")).endswith(".toml"):
        settings = folder / given["preset"]
        settings.parent.mkdir(exist_ok=True)
        settings.write_text(f'method = "{given["methods"]}"\nepochs = 2\nlayers = [16, 8]\n')
    if "embeddings" in given:
        own = folder / given["dataset"]
        nodes = load_dataset(own if own.is_file() else given["dataset"], root=root).graph.num_nodes
        path, rows = folder / given["embeddings"], np.random.default_rng(0).normal(size=(nodes, 8))
        if path.suffix == ".csv":
            write_embedding(path, rows)
        else:
            np.save(path, rows)


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


def save_photos(path: Path) -> None:
    draw = np.random.default_rng(0)
    for part, count in (("train", 200), ("test", 40)):
        for kind in ("cats", "dogs"):
            folder = path / part / kind
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = draw.integers(0, 256, (40, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")


GRAPHS = {".npz": save_npz, ".safetensors": save_safetensors, ".edgelist": save_table}
