"""The identity of a graph: its counts and a hash of its edges, features and labels in node order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

# Blocks keep the working memory small; the digest does not depend on this number.
_BLOCK_ENTRIES = 4_000_000


@dataclass(frozen=True)
class Fingerprint:
    """Counts and digest of one graph; equal for equal graphs however their features are stored.

    Attributes:
        num_nodes: Number of nodes N.
        num_edges: Number of directed edges (an undirected edge counts twice).
        num_features: Number of feature columns F.
        num_classes: Largest label + 1; number of labels where a node has several; 0 without labels.
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
    y: npt.NDArray[np.integer | np.bool_] | None = None,
    relations: Mapping[str, npt.NDArray[np.integer]] | None = None,
) -> Fingerprint:
    """Compute the fingerprint of a graph.

    Only the nonzero features enter the digest, as position and float32 value, so the sparse and the dense
    form of the same numbers agree. The order of the edges is of no consequence; that of the nodes is.

    Args:
        x: Features `[N, F]`, dense or scipy sparse.
        edge_index: Directed edges `[2, E]`.
        y: Labels, integer `[N]`, or bool `[N, L]` where a node has any number of L labels; or None.
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
    key = _edge_keys(edge_index, n)
    whole = hashlib.sha256(f"rgrl graph 1\n{n} {key.size} {f}\n".encode())
    whole.update(_hash_edges(key, n))
    for part in _hash_features(x):
        whole.update(part)
    whole.update(_hash_labels(y))
    for part in _hash_relations(relations or {}, n):
        whole.update(part)
    return Fingerprint(
        num_nodes=n,
        num_edges=int(key.size),
        num_features=f,
        num_classes=_num_classes(y),
        num_isolated=_num_isolated(edge_index, n),
        directed=not np.array_equal(key, _edge_keys(edge_index[::-1], n)),
        digest=whole.hexdigest(),
    )


def _edge_keys(edge_index: npt.NDArray[np.integer], n: int) -> npt.NDArray[np.int64]:
    """Return each edge as the number source · N + target, in ascending order."""
    key = edge_index[0].astype(np.int64)
    key *= n
    key += edge_index[1]
    if (key[:-1] > key[1:]).any():
        key.sort()
    return key


def _hash_edges(key: npt.NDArray[np.int64], n: int) -> bytes:
    """Hash the pairs (source, target) of sorted edges, block by block."""
    pairs = hashlib.sha256()
    for start in range(0, key.size, _BLOCK_ENTRIES):
        pair = np.divmod(key[start : start + _BLOCK_ENTRIES], n)
        pairs.update(_little(np.stack(pair, axis=1), "<i8"))
    return pairs.digest()


def _hash_relations(relations: Mapping[str, npt.NDArray[np.integer]], n: int) -> Iterator[bytes]:
    """Hash each relation's name and edges, by the order of the names; their lengths keep them apart."""
    for name in sorted(relations):
        yield f"\nrelation {len(name.encode())} {name} {relations[name].shape[1]}\n".encode()
        yield _hash_edges(_edge_keys(relations[name], n), n)


def _num_isolated(edge_index: npt.NDArray[np.integer], n: int) -> int:
    linked = np.zeros(n, dtype=bool)
    for start in range(0, edge_index.shape[1], _BLOCK_ENTRIES):
        source, target = edge_index[:, start : start + _BLOCK_ENTRIES]
        apart = source != target
        linked[source[apart]] = True
        linked[target[apart]] = True
    return int(n - linked.sum())


def _num_classes(y: npt.NDArray[np.integer | np.bool_] | None) -> int:
    if y is None or not y.size:
        return 0
    return int(y.max()) + 1 if y.ndim == 1 else int(y.shape[1])


def _hash_labels(y: npt.NDArray[np.integer | np.bool_] | None) -> bytes:
    if y is None:
        return b"no labels"
    if y.ndim == 1:
        return hashlib.sha256(_little(y, "<i8")).digest()
    whole = hashlib.sha256(f"{y.shape[1]} labels a node\n".encode())
    whole.update(_little(y, "<u1"))
    return whole.digest()


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
