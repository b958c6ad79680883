"""Small files in exactly the raw formats of the datasets that are published as one file each."""

from __future__ import annotations

import gzip
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse


def wikics_data(num_nodes: int = 30, splits: int = 20, seed: int = 0) -> dict[str, Any]:
    """Return the content of `data.json`: one-way links, a link twice, self-loops, a constant column."""
    draw = np.random.default_rng(seed)
    x = draw.standard_normal((num_nodes, 7)).astype(np.float32).astype(float)
    x[:, 4] = 0.1
    links: list[list[int]] = [[] for _ in range(num_nodes)]
    for a, b in draw.integers(0, num_nodes - 1, (70, 2)).tolist():  # the last node stays alone
        links[a].append(b)
    links[3] += [3, 5, 5]
    parts = draw.permuted(np.arange(20)[None].repeat(splits, 0), axis=1)  # the last 10 nodes test
    masks = {key: np.zeros((splits, num_nodes), bool) for key in ("train", "val", "stopping")}
    for key, begin, end in (("train", 0, 5), ("val", 5, 11), ("stopping", 11, 20)):
        np.put_along_axis(masks[key], parts[:, begin:end], True, axis=1)
    return {
        "features": x.tolist(),
        "labels": draw.integers(0, 4, num_nodes).tolist(),
        "links": links,
        "train_masks": masks["train"].tolist(),
        "val_masks": masks["val"].tolist(),
        "stopping_masks": masks["stopping"].tolist(),
        "test_mask": [node >= 20 for node in range(num_nodes)],
    }


def write_json(folder: Path, data: Any) -> Path:
    """Write `data.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "data.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def arxiv_tables(seed: int = 0) -> dict[str, np.ndarray]:
    """Return the tables of `arxiv.zip`: 25 papers, some cited twice or by each other, none by itself."""
    draw = np.random.default_rng(seed)
    edges = draw.integers(0, 24, (60, 2))
    edges = np.concatenate([edges[edges[:, 0] != edges[:, 1]], [[0, 1], [0, 1], [1, 0]]])
    order = draw.permutation(25)
    return {
        "raw/edge": edges,
        "raw/node-feat": draw.standard_normal((25, 6)).round(6),
        "raw/node-label": draw.integers(0, 5, (25, 1)),
        "raw/node_year": draw.integers(2000, 2020, (25, 1)),
        "raw/num-node-list": np.array([[25]]),
        "raw/num-edge-list": np.array([[len(edges)]]),
        "split/time/train": np.sort(order[:12])[:, None],
        "split/time/valid": np.sort(order[12:17])[:, None],
        "split/time/test": np.sort(order[17:])[:, None],
    }


def write_arxiv(folder: Path, tables: dict[str, np.ndarray | str]) -> Path:
    """Write `arxiv.zip`; a table given as text is written as it is."""
    members = {}
    for name, table in tables.items():
        text = (
            table
            if isinstance(table, str)
            else "".join(",".join(map(str, row)) + "\n" for row in table.tolist())
        )
        members[f"arxiv/{name}.csv.gz"] = gzip.compress(text.encode())
    return write_zip(folder / "arxiv.zip", members)


def reddit_arrays(seed: int = 0) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the arrays of `reddit_graph.npz` and `reddit_data.npz`: 30 posts, edges in both directions."""
    draw = np.random.default_rng(seed)
    one_way = sparse.random(30, 30, density=0.08, format="coo", rng=draw)
    both = sparse.coo_matrix(((one_way + one_way.T) != 0).astype(np.float32))
    apart = both.row != both.col
    order = draw.permutation(int(apart.sum()))
    stored = sparse.coo_matrix(
        (both.data[apart][order], (both.row[apart][order], both.col[apart][order])), shape=both.shape
    )
    stream = BytesIO()
    sparse.save_npz(stream, stored)
    with np.load(BytesIO(stream.getvalue())) as held:
        graph = dict(held)
    data = {
        "feature": draw.standard_normal((30, 5)),
        "label": draw.integers(0, 4, 30),
        "node_ids": np.arange(30),
        "node_types": draw.permutation(np.repeat([1, 2, 3], [16, 5, 9])),
    }
    return graph, data


def write_reddit(folder: Path, graph: dict[str, np.ndarray], data: dict[str, np.ndarray]) -> Path:
    """Write `reddit.zip`."""
    members = {}
    for name, arrays in (("reddit_graph", graph), ("reddit_data", data)):
        stream = BytesIO()
        np.savez_compressed(stream, **arrays)
        members[f"{name}.npz"] = stream.getvalue()
    return write_zip(folder / "reddit.zip", members)


def ppi_members(seed: int = 0) -> dict[str, Any]:
    """Return the members of `ppi.zip`, arrays and JSON trees: 3, 1 and 2 graphs, self-loops on all nodes."""
    draw = np.random.default_rng(seed)
    members: dict[str, Any] = {}
    first = 1
    for part, sizes in (("train", (6, 4, 5)), ("valid", (5,)), ("test", (3, 6))):
        graph_id = np.repeat(np.arange(first, first + len(sizes)), sizes)
        n = graph_id.size
        linked = np.triu(draw.random((n, n)) < 0.5) & (graph_id[:, None] == graph_id[None, :])
        # PyG's reader counts a graph's nodes from its first one with a link.
        np.fill_diagonal(linked, True)
        ends = np.argwhere(linked | linked.T)
        members |= {
            f"{part}_feats.npy": draw.standard_normal((n, 4)),
            f"{part}_labels.npy": draw.integers(0, 2, (n, 7)),
            f"{part}_graph_id.npy": graph_id,
            f"{part}_graph.json": {
                "directed": True,
                "graph": {},
                "nodes": [{"id": node} for node in range(n)],
                "links": [{"source": a, "target": b} for a, b in ends.tolist()],
                "multigraph": False,
            },
        }
        first += len(sizes)
    return members


def write_ppi(folder: Path, members: dict[str, Any]) -> Path:
    """Write `ppi.zip`."""
    content = {}
    for name, value in members.items():
        stream = BytesIO()
        if isinstance(value, np.ndarray):
            np.save(stream, value)
        else:
            stream.write(json.dumps(value).encode())
        content[name] = stream.getvalue()
    return write_zip(folder / "ppi.zip", content)


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    """Write a zip file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
