"""The raw file of PPI, `ppi.zip`: twenty-four graphs whose nodes have any number of 121 labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.raw_graph import IndexArrays, RawGraph
from rgrl.datasets.zip_members import ZipMembers
from rgrl.errors import DataError

_PARTS = ("train", "valid", "test")
_Part = tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_], npt.NDArray[np.int64], npt.NDArray[np.int64]]


def read_ppi(path: Path) -> RawGraph:
    """Read PPI: for each part `{train,valid,test}_{feats,labels,graph_id}.npy` and `…_graph.json`.

    The graphs become one disjoint union: the nodes of the training file first, then those of the validation
    and of the test file, each in the file's order. Links are made undirected; one between two graphs does not
    count, as in PyG's reader.

    Args:
        path: The zip file.

    Returns:
        The union, its graphs numbered from 0, with the one split by graphs; inductive, multi-label.

    Raises:
        UnsafeDataError: An array is pickled.
        DataError: The file is damaged or has another form.
    """
    with ZipMembers(path, "DGL's form of PPI") as members:
        parts = [_part(members, part) for part in _PARTS]
        if len({(x.shape[1], y.shape[1]) for x, y, _, _ in parts}) != 1:
            raise DataError("the three parts differ in their columns of features or labels")
        ends = np.cumsum([0, *(len(x) for x, _, _, _ in parts)])
        links = np.concatenate([pair + ends[i] for i, (_, _, _, pair) in enumerate(parts)])
        graph_of_node = _numbered([graph for _, _, graph, _ in parts])
        within = graph_of_node[links[:, 0]] == graph_of_node[links[:, 1]]
        source, target = links[within].T
        split: IndexArrays = (
            np.arange(ends[0], ends[1]),
            np.arange(ends[1], ends[2]),
            np.arange(ends[2], ends[3]),
        )
        return RawGraph(
            x=np.concatenate([x for x, _, _, _ in parts]),
            edge_index=undirected_edges(source, target, int(ends[-1])),
            y=np.concatenate([y for _, y, _, _ in parts]),
            public_split=split,
            splits=(split,),
            graph_of_node=graph_of_node,
            inductive=True,
        )


def _part(members: ZipMembers, part: str) -> _Part:
    """Features `[n, F]`, labels `[n, L]`, number of the graph `[n]` and links `[E, 2]` of one part."""
    x, labels, graph = (members.array(f"{part}_{name}.npy") for name in ("feats", "labels", "graph_id"))
    if x.ndim != 2 or x.dtype.kind not in "iuf":
        raise DataError(f"{part}_feats is {x.dtype} of shape {list(x.shape)}; [nodes, features] is expected")
    if labels.ndim != 2 or len(labels) != len(x) or not np.isin(labels, (0, 1)).all():
        raise DataError(
            f"{part}_labels is {labels.dtype} of shape {list(labels.shape)}; "
            f"0 or 1 for each of {len(x)} nodes and each label is expected"
        )
    if graph.shape != (len(x),) or graph.dtype.kind not in "iu":
        raise DataError(
            f"{part}_graph_id is {graph.dtype} of shape {list(graph.shape)}; "
            f"an integer for each of {len(x)} nodes is expected"
        )
    links = _links(json.loads(members.read(f"{part}_graph.json")), part, len(x))
    return x.astype(np.float32), labels.astype(bool), graph.astype(np.int64), links


def _links(tree: dict[str, Any], part: str, num_nodes: int) -> npt.NDArray[np.int64]:
    """The links of node-link JSON, whose node ids are the rows of the arrays."""
    if sorted(node["id"] for node in tree["nodes"]) != list(range(num_nodes)):
        raise DataError(f"{part}_graph does not name the {num_nodes} nodes 0 to {num_nodes - 1}, each once")
    pairs = np.array([(link["source"], link["target"]) for link in tree["links"]]).reshape(-1, 2)
    if pairs.size and (pairs.dtype.kind != "i" or pairs.min() < 0 or pairs.max() >= num_nodes):
        raise DataError(f"{part}_graph links something else than the nodes 0 to {num_nodes - 1}")
    return pairs.astype(np.int64)


def _numbered(graphs: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Number the graphs of all parts from 0, in ascending order within a part."""
    numbered, count = [], 0
    for graph in graphs:
        names, number = np.unique(graph, return_inverse=True)
        numbered.append(number + count)
        count += len(names)
    return np.concatenate(numbered)
