"""The identity of a graph: its counts and a hash of its edges, features and labels in node order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

# Row blocks keep the working memory small; the digest does not depend on this number.
_BLOCK_ENTRIES = 4_000_000


@dataclass(frozen=True)
class Fingerprint:
    """Counts and digest of one graph; equal for equal graphs however their features are stored.

    Attributes:
        num_nodes: Number of nodes N.
        num_edges: Number of directed edges (an undirected edge counts twice).
        num_features: Number of feature columns F.
        num_classes: Largest label + 1, or 0 without labels.
        num_isolated: Nodes with no edge to or from another node.
        directed: Whether some edge lacks its reverse.
        digest: SHA-256 in hexadecimal over edges, features and labels in node order, and over each relation
            of a multiplex graph.
    """

    num_nodes: int
    num_edges: int
    num_features: int
    num_classes: int
    num_isolated: int
    directed: bool
    digest: str

    def __str__(self) -> str:
        return (
            f"{self.num_nodes} nodes, {self.num_edges} edges, {self.num_features} features, "
            f"{self.num_classes} classes, {self.digest[:12]}"
        )

    def to_dict(self) -> dict[str, int | bool | str]:
        """Return the attributes as a plain dictionary, ready for JSON."""
        return asdict(self)


def fingerprint(
    x: npt.NDArray[np.floating] | sparse.csr_matrix,
    edge_index: npt.NDArray[np.integer],
    y: npt.NDArray[np.integer] | None = None,
    relations: Mapping[str, npt.NDArray[np.integer]] | None = None,
) -> Fingerprint:
    """Compute the fingerprint of a graph.

    Only the nonzero features enter the digest, as position and float32 value, so the sparse and the dense
    form of the same numbers agree. The order of the edges is of no consequence; that of the nodes is.

    Args:
        x: Features `[N, F]`, dense or scipy sparse.
        edge_index: Directed edges `[2, E]`.
        y: Labels `[N]`, or None.
        relations: Directed edges `[2, E_r]` of each relation of a multiplex graph by its name. They enter the
            digest; the counts are those of `edge_index`. Without relations the digest is as it always was.

    Returns:
        The fingerprint.

    Example:
        >>> edges = np.array([[0, 1], [1, 0]])
        >>> fingerprint(np.eye(3), edges) == fingerprint(sparse.eye(3, format="csr"), edges[:, ::-1])
        True
    """
    n, f = int(x.shape[0]), int(x.shape[1])
    source, target = _in_order(edge_index)
    reverse = np.lexsort((source, target))
    directed = not (np.array_equal(source, target[reverse]) and np.array_equal(target, source[reverse]))
    linked = np.zeros(n, dtype=bool)
    apart = source != target
    linked[source[apart]] = True
    linked[target[apart]] = True

    whole = hashlib.sha256(f"rgrl graph 1\n{n} {source.size} {f}\n".encode())
    whole.update(_hash_edges(source, target))
    for part in _hash_features(x):
        whole.update(part)
    whole.update(b"no labels" if y is None else hashlib.sha256(_little(y, "<i8")).digest())
    for part in _hash_relations(relations or {}):
        whole.update(part)
    return Fingerprint(
        num_nodes=n,
        num_edges=int(source.size),
        num_features=f,
        num_classes=int(y.max()) + 1 if y is not None and y.size else 0,
        num_isolated=int(n - linked.sum()),
        directed=directed,
        digest=whole.hexdigest(),
    )


def _in_order(edge_index: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return source and target of the edges, sorted by both."""
    source, target = edge_index[0].astype(np.int64), edge_index[1].astype(np.int64)
    order = np.lexsort((target, source))
    return source[order], target[order]


def _hash_edges(source: npt.NDArray[np.int64], target: npt.NDArray[np.int64]) -> bytes:
    return hashlib.sha256(_little(np.stack([source, target], axis=1), "<i8")).digest()


def _hash_relations(relations: Mapping[str, npt.NDArray[np.integer]]) -> Iterator[bytes]:
    """Hash each relation's name and edges, by the order of the names; their lengths keep them apart."""
    for name in sorted(relations):
        yield f"\nrelation {len(name.encode())} {name} {relations[name].shape[1]}\n".encode()
        yield _hash_edges(*_in_order(relations[name]))


def _hash_features(x: npt.NDArray[np.floating] | sparse.csr_matrix) -> tuple[bytes, bytes]:
    """Hash the flat positions and the values of the nonzeros, row block by row block."""
    n, f = x.shape
    positions, values = hashlib.sha256(), hashlib.sha256()
    rows = max(1, _BLOCK_ENTRIES // max(1, f))
    csr = sparse.csr_matrix(x) if sparse.issparse(x) else None
    for start in range(0, n, rows):
        if csr is None:
            block = np.asarray(x[start : start + rows])
            row, column = np.nonzero(block)
            value = block[row, column]
        else:
            piece = csr[start : start + rows].copy()
            piece.sum_duplicates()
            piece.eliminate_zeros()
            row = np.repeat(np.arange(piece.shape[0]), np.diff(piece.indptr))
            column, value = piece.indices, piece.data
        positions.update(_little((row.astype(np.int64) + start) * f + column, "<i8"))
        values.update(_little(value, "<f4"))
    return positions.digest(), values.digest()


def _little(values: npt.NDArray[np.generic], dtype: str) -> bytes:
    """Return the values as little-endian bytes."""
    return np.ascontiguousarray(values, dtype=np.dtype(dtype)).tobytes()
