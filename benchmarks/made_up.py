"""A made-up dataset in the published form and size of one that is not at hand, to try its reader and preset.

    python benchmarks/made_up.py reddit --root /tmp/made-up
    rgrl-bench run reddit --root /tmp/made-up --seeds 1 --epochs 5 --out /tmp/made-up-results

Writes ``<root>/<dataset>/raw/<file>`` of ogbn-arxiv, Reddit or PPI with as many nodes, edges, features,
classes and nodes a part as published. Classes are planted in edges and features, degrees follow a power
law; nothing else is like the dataset, and no score of it means anything.
"""

from __future__ import annotations

import argparse
import gzip
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

SAME_CLASS = 0.7  # of the edges that are drawn
POWER = 0.4  # the i-th node of a class is drawn in proportion to (i + 1) ** -POWER
ARXIV_PARTS = {"train": 90941, "valid": 29799, "test": 48603}
REDDIT_PARTS = (153431, 23831, 55703)
PPI_PARTS = {"train": (20, 44906), "valid": (2, 6514), "test": (2, 5524)}


def main() -> None:
    """Write the file and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dataset", choices=sorted(WRITERS))
    parser.add_argument("--root", type=Path, required=True, help="folder to write <dataset>/raw/ into")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="share of nodes and edges (less: only readers)"
    )
    arguments = parser.parse_args()
    print(write(arguments.dataset, arguments.root, scale=arguments.scale))


def write(dataset: str, root: Path, *, scale: float = 1.0) -> Path:
    """Write a dataset's file under a root, and return its path."""
    folder = root / dataset / "raw"
    folder.mkdir(parents=True, exist_ok=True)
    return WRITERS[dataset](folder, np.random.default_rng(0), scale)


def write_arxiv(folder: Path, draw: np.random.Generator, scale: float) -> Path:
    """``arxiv.zip``: gzipped tables; a few citations are told twice, as published."""
    sizes = {part: int(scale * size) for part, size in ARXIV_PARTS.items()}
    nodes = sum(sizes.values())
    labels = draw.integers(40, size=nodes)
    pairs = drawn_pairs(labels, int(scale * 1157799), draw)
    cited = np.concatenate([pairs, pairs[: int(scale * 8444), ::-1]])  # 1,166,243 in all
    order = draw.permutation(nodes)
    held = np.split(order, np.cumsum(list(sizes.values()))[:-1])
    tables = {
        "raw/edge": draw.permutation(cited),
        "raw/node-feat": features_of(labels, 128, draw).astype(np.float64).round(6),
        "raw/node-label": labels[:, None],
        "raw/node_year": draw.integers(1990, 2020, size=(nodes, 1)),
        "raw/num-node-list": np.array([[nodes]]),
        "raw/num-edge-list": np.array([[len(cited)]]),
        **{f"split/time/{part}": np.sort(rows)[:, None] for part, rows in zip(sizes, held, strict=True)},
    }
    return write_zip(
        folder / "arxiv.zip",
        {f"arxiv/{name}.csv.gz": gzip.compress(as_csv(table), 1) for name, table in tables.items()},
    )


def write_reddit(folder: Path, draw: np.random.Generator, scale: float) -> Path:
    """``reddit.zip``: a scipy COO matrix with both directions, and arrays."""
    parts = [int(scale * size) for size in REDDIT_PARTS]
    nodes = sum(parts)
    labels = draw.integers(41, size=nodes)
    pairs = drawn_pairs(labels, int(scale * 57307946), draw).astype(np.int32)
    graph = {
        "row": np.concatenate([pairs[:, 0], pairs[:, 1]]),
        "col": np.concatenate([pairs[:, 1], pairs[:, 0]]),
        "data": np.ones(2 * len(pairs), dtype=np.int64),
        "shape": np.array([nodes, nodes]),
        "format": np.array(b"coo"),
    }
    data = {
        "feature": features_of(labels, 602, draw).astype(np.float64),
        "label": labels,
        "node_ids": np.arange(nodes),
        "node_types": draw.permutation(np.repeat([1, 2, 3], parts)),
    }
    return write_zip(
        folder / "reddit.zip", {"reddit_graph.npz": as_npz(graph), "reddit_data.npz": as_npz(data)}
    )


def write_ppi(folder: Path, draw: np.random.Generator, scale: float) -> Path:
    """``ppi.zip``: arrays and node-link JSON of three parts, with self-loops that readers leave out."""
    members: dict[str, bytes] = {}
    all_nodes, first = sum(nodes for _, nodes in PPI_PARTS.values()), 1
    left = int(scale * 793632)
    to_x, to_scores = draw.standard_normal((10, 50)), draw.standard_normal((10, 121))
    for part, (graphs, nodes) in PPI_PARTS.items():
        share = int(scale * 793632 * nodes / all_nodes) if part != "test" else left
        left -= share
        nodes = int(scale * nodes)
        graph_id = np.sort(np.arange(nodes) % graphs)
        hidden = draw.standard_normal((nodes, 10))
        pairs = drawn_pairs(graph_id, share, draw, same_class=1.0)
        links = np.concatenate([pairs, np.arange(nodes)[:: max(1, nodes // 20)].repeat(2).reshape(-1, 2)])
        tree = {
            "directed": True,
            "graph": {},
            "nodes": [{"id": node} for node in range(nodes)],
            "links": [{"source": a, "target": b} for a, b in links.tolist()],
            "multigraph": False,
        }
        scores = hidden @ to_scores + draw.standard_normal((nodes, 121))
        members |= {
            f"{part}_feats.npy": as_npy(hidden @ to_x),
            f"{part}_labels.npy": as_npy((scores > 2).astype(np.int64)),
            f"{part}_graph_id.npy": as_npy(graph_id + first),
            f"{part}_graph.json": json.dumps(tree).encode(),
        }
        first += graphs
    return write_zip(folder / "ppi.zip", members)


def drawn_pairs(
    classes: Ints, count: int, draw: np.random.Generator, *, same_class: float = SAME_CLASS
) -> Ints:
    """Draw so many different pairs of different nodes, ``[count, 2]``, the smaller first."""
    nodes = len(classes)
    if same_class == 1 and count > sum(n * (n - 1) // 4 for n in np.unique_counts(classes).counts.tolist()):
        raise SystemExit(f"{count} edges are too many for {nodes} nodes: a larger --scale is needed")
    members = [np.flatnonzero(classes == c) for c in np.unique(classes)]
    everyone = draw.permutation(nodes)
    codes = np.empty(0, dtype=np.int64)
    while len(codes) < count:
        missing = int(1.1 * (count - len(codes))) + 100
        ends = [popular(everyone, (missing - int(same_class * missing), 2), draw)]
        shares = np.array([len(rows) for rows in members]) / nodes
        for rows, number in zip(members, draw.multinomial(int(same_class * missing), shares), strict=True):
            ends.append(popular(rows, (number, 2), draw))
        drawn = np.sort(np.concatenate(ends), axis=1)
        drawn = drawn[drawn[:, 0] < drawn[:, 1]]
        codes = np.unique(np.concatenate([codes, drawn[:, 0] * nodes + drawn[:, 1]]))
    codes = draw.choice(codes, count, replace=False, shuffle=True)
    return np.stack([codes // nodes, codes % nodes], axis=1)


def popular(rows: Ints, shape: tuple[int, int], draw: np.random.Generator) -> Ints:
    """Draw rows, the first ones more often, by the inverse of the power law's distribution function."""
    rank = np.floor(len(rows) * draw.random(shape) ** (1 / (1 - POWER)))
    return rows[rank.astype(np.int64)]


def features_of(labels: Ints, width: int, draw: np.random.Generator) -> npt.NDArray[np.float32]:
    """A class's centre and noise, ``[N, width]``."""
    centres = draw.standard_normal((int(labels.max()) + 1, width), dtype=np.float32)
    return 0.3 * centres[labels] + draw.standard_normal((len(labels), width), dtype=np.float32)


def as_csv(table: npt.NDArray[Any]) -> bytes:
    """Comma-separated rows without a header."""
    return "".join(",".join(map(str, row)) + "\n" for row in table.tolist()).encode()


def as_npy(array: npt.NDArray[Any]) -> bytes:
    """One array in NumPy's format."""
    stream = BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def as_npz(arrays: dict[str, npt.NDArray[Any]]) -> bytes:
    """Arrays in NumPy's archive format."""
    stream = BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    """Write the archive, stored without compression."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


WRITERS: dict[str, Callable[[Path, np.random.Generator, float], Path]] = {
    "ogbn-arxiv": write_arxiv,
    "ppi": write_ppi,
    "reddit": write_reddit,
}


if __name__ == "__main__":
    main()
