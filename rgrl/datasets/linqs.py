"""Cora in its older form, `cora.content` and `cora.cites`: the same graph in another node order."""

from __future__ import annotations

from importlib.resources import files as package_files
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rgrl.datasets.edges import undirected_edges
from rgrl.datasets.planetoid import planetoid_split
from rgrl.datasets.raw_graph import RawGraph
from rgrl.errors import DataError

# Number of each class in the Planetoid files.
CORA_CLASSES = (
    "Theory",
    "Reinforcement_Learning",
    "Genetic_Algorithms",
    "Neural_Networks",
    "Probabilistic_Methods",
    "Case_Based",
    "Rule_Learning",
)
_CORA_TRAIN = 140
_CORA_FIRST_TEST = 1708


def read_cora_linqs(content: Path, cites: Path) -> RawGraph:
    """Read Cora from `cora.content` and `cora.cites`, exactly as the Planetoid files give it.

    The feature columns and the 5,278 undirected edges are the same in both forms. A table that is shipped
    with the package restores the node order, `CORA_CLASSES` the numbers of the labels.

    Args:
        content: The papers: id, 1,433 words, class.
        cites: The citations: id of the cited and id of the citing paper.

    Returns:
        The graph with the public split.

    Raises:
        DataError: A file is damaged.
    """
    with package_files("rgrl.datasets").joinpath("cora_linqs_order.npy").open("rb") as table:
        order = np.load(table, allow_pickle=False).astype(np.int64)
    plain = read_linqs(content, cites, CORA_CLASSES, order)
    test = np.arange(_CORA_FIRST_TEST, plain.num_nodes)
    split = planetoid_split(_CORA_TRAIN, test, plain.num_nodes)
    return RawGraph(x=plain.x, edge_index=plain.edge_index, y=plain.y, public_split=split)


def read_linqs(
    content: Path, cites: Path, classes: tuple[str, ...], order: npt.NDArray[np.int64] | None = None
) -> RawGraph:
    """Read a citation graph: lines `<id> <0 or 1 a word>… <class>`, and lines `<cited id> <citing id>`.

    Args:
        content: The papers.
        cites: The citations.
        classes: Class names in the order of their numbers.
        order: `order[i]` is the line of `content` that becomes node i; file order when None.

    Returns:
        The graph, without a public split.

    Raises:
        DataError: A line has another form, or the table does not fit the file.
    """
    ids: list[bytes] = []
    words: list[npt.NDArray[np.uint8]] = []
    labels: list[int] = []
    for number, line in enumerate(content.read_bytes().splitlines(), start=1):
        paper, _, rest = line.partition(b"\t")
        flags, _, label = rest.rpartition(b"\t")
        cells = np.frombuffer(flags, dtype=np.uint8)
        if (
            cells.size % 2 == 0
            or not np.isin(cells[::2], (ord("0"), ord("1"))).all()
            or (cells[1::2] != ord("\t")).any()
        ):
            raise DataError(f"{content}, line {number}: words must be 0 or 1, separated by tabs")
        if words and words[0].size != cells[::2].size:
            raise DataError(f"{content}, line {number}: {cells[::2].size} words; line 1 has {words[0].size}")
        name = label.decode("latin1")
        if name not in classes:
            raise DataError(f"{content}, line {number}: class '{name[:40]}'; accepted: {', '.join(classes)}")
        ids.append(paper)
        words.append(cells[::2] - ord("0"))
        labels.append(classes.index(name))
    if not ids:
        raise DataError(f"{content} is empty; one paper a line is expected")
    order = np.arange(len(ids)) if order is None else order
    if len(set(ids)) != len(ids) or not np.array_equal(np.sort(order), np.arange(len(ids))):
        raise DataError(
            f"{content} holds {len(set(ids))} papers in {len(ids)} lines; {order.size} are expected"
        )

    node_of = {ids[line]: node for node, line in enumerate(order.tolist())}
    return RawGraph(
        x=sparse.csr_matrix(np.stack(words)[order], dtype=np.float32),
        edge_index=_citations(cites, node_of),
        y=np.array(labels, dtype=np.int64)[order],
    )


def _citations(cites: Path, node_of: dict[bytes, int]) -> npt.NDArray[np.int64]:
    ends = []
    for number, line in enumerate(cites.read_bytes().splitlines(), start=1):
        pair = line.split()
        if len(pair) != 2 or pair[0] not in node_of or pair[1] not in node_of:
            raise DataError(
                f"{cites}, line {number}: '{line[:60].decode('latin1')}' is no pair of known papers"
            )
        ends.append((node_of[pair[0]], node_of[pair[1]]))
    source, target = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    return undirected_edges(source, target, len(node_of))
