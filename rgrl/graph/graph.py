"""A graph with node features, planned once for many views."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from rgrl.errors import DataError
from rgrl.graph.checks import checked_edge_index, checked_features, checked_labels
from rgrl.graph.csr_pattern import CSRPattern
from rgrl.graph.sparse_features import SparseFeatures

if TYPE_CHECKING:
    from rgrl.graph.view import View

#: Features with a smaller share of non-zeros are kept sparse, unless the caller says otherwise.
SPARSE_BELOW_DENSITY = 0.15


@dataclass(frozen=True, eq=False)
class Graph:
    """An unweighted graph: its adjacency in CSR, node features, and labels if there are any.

    Build one with :meth:`from_edge_index` or :func:`rgrl.graph.as_graph`. Duplicate edges are one edge;
    self-loops, isolated nodes and a single node are ordinary input.

    Attributes:
        pattern: Pattern of ``A ∪ I``, ``[N, N]``: row = target, column = source. The diagonal is always
            there, because GCN's propagation adds it; ``has_loop`` tells which of it came as input.
        diagonal: Slot of each node's diagonal entry in the pattern, int64 ``[N]``.
        has_loop: Nodes that came with a self-loop, bool ``[N]``.
        x: Features ``[N, F]``, float32, dense or :class:`SparseFeatures`.
        y: Labels, int64 ``[N]``, -1 where unknown; or ``None``.
    """

    pattern: CSRPattern
    diagonal: Tensor
    has_loop: Tensor
    x: Tensor | SparseFeatures
    y: Tensor | None = None

    @classmethod
    def from_edge_index(
        cls,
        edge_index: Any,
        *,
        x: Any,
        y: Any = None,
        num_nodes: int | None = None,
        sparse_features: bool | None = None,
    ) -> Graph:
        """Build a graph from its directed edges.

        Args:
            edge_index: Integer tensor or array ``[2, E]`` of (source, target); an undirected edge stands
                in it twice, once in each direction.
            x: Features ``[N, F]``: tensor, array, or scipy sparse matrix. A float32 one is not copied: do not
                change it afterwards.
            y: Integer labels ``[N]``, -1 where unknown.
            num_nodes: Checked against the rows of ``x`` when given.
            sparse_features: Keep ``x`` sparse (``True``), dense (``False``), or choose by its share of
                non-zeros (``None``: sparse below 15 %).

        Raises:
            DataError: If the indices are out of range or not integers, the features are not finite or
                have another number of rows, the labels are not integers, or there is no node.

        Example:
            >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0], [2.0]])
            >>> graph
            Graph(num_nodes=2, num_edges=2, num_features=1, features=dense, undirected)
        """
        features = checked_features(x)
        nodes = features.shape[0]
        if num_nodes is not None and num_nodes != nodes:
            raise DataError(f"x has {nodes} rows, but num_nodes is {num_nodes}: one row a node is needed")
        source, target = checked_edge_index(edge_index, nodes)
        is_loop = source == target
        ones = np.ones(int((~is_loop).sum()) + nodes, dtype=bool)
        everyone = np.arange(nodes, dtype=source.dtype)
        rows = np.concatenate([target[~is_loop], everyone])
        columns = np.concatenate([source[~is_loop], everyone])
        matrix = sparse.coo_matrix((ones, (rows, columns)), shape=(nodes, nodes)).tocsr()
        matrix.sum_duplicates()
        pattern = CSRPattern.from_scipy(matrix)
        has_loop = np.zeros(nodes, dtype=bool)
        has_loop[source[is_loop]] = True
        return cls(
            pattern=pattern,
            diagonal=(pattern.row == pattern.col).nonzero().squeeze(1),
            has_loop=torch.from_numpy(has_loop),
            x=_stored(features, sparse_features),
            y=None if y is None else checked_labels(y, nodes),
        )

    @property
    def num_nodes(self) -> int:
        """Number of nodes, N."""
        return self.pattern.shape[0]

    @property
    def num_edges(self) -> int:
        """Number of directed edges, E, self-loops of the input included."""
        return self.pattern.nnz - self.num_nodes + int(self.has_loop.sum())

    @property
    def num_features(self) -> int:
        """Number of features, F."""
        return int(self.x.shape[1])

    @property
    def device(self) -> torch.device:
        """Where the graph lies."""
        return self.pattern.col.device

    @property
    def is_undirected(self) -> bool:
        """Whether every edge is there in both directions."""
        return self.pattern.symmetric

    @cached_property
    def degree(self) -> Tensor:
        """How often a node is an edge's source, int64 ``[N]`` (the paper's deg)."""
        return self.pattern.transpose_crow.diff().long() - 1 + self.has_loop.long()

    @cached_property
    def edge_index(self) -> Tensor:
        """The directed edges (source, target), int64 ``[2, E]``, sorted; as given, less duplicates."""
        target = self.pattern.transpose_col.long()
        outgoing = self.pattern.transpose_crow.diff().long()
        source = torch.repeat_interleave(torch.arange(self.num_nodes, device=self.device), outgoing)
        keep = (source != target) | self.has_loop[source]
        return torch.stack([source[keep], target[keep]])

    def features_as(self, dtype: torch.dtype) -> Tensor:
        """Dense features ``[N, F]`` in another type, converted when first asked for and kept."""
        assert isinstance(self.x, Tensor)
        if dtype == self.x.dtype:
            return self.x
        if dtype not in self._converted:
            with torch.inference_mode(False):  # what is kept may have to serve a training later
                self._converted[dtype] = self.x.to(dtype)
        return self._converted[dtype]

    @cached_property
    def _converted(self) -> dict[torch.dtype, Tensor]:
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled and copied: all but features in other types, which are soon made again."""
        return {name: value for name, value in self.__dict__.items() if name != "_converted"}

    def row_normalized(self) -> Graph:
        """The same graph with each node's features divided by their sum; a row that sums to 0 stays.

        Raises:
            DataError: If a feature is below 0: a sum near 0 would blow the row up.
        """
        values = self.x.values if isinstance(self.x, SparseFeatures) else self.x
        if bool((values < 0).any()):
            lowest = float(values.min())
            raise DataError(f"a feature is {lowest:.3g}: only features of at least 0 have such a sum")
        if isinstance(self.x, SparseFeatures):
            matrix = self.x.to_scipy()
            sums = np.asarray(matrix.sum(axis=1)).ravel()
            factor = np.divide(1.0, sums, out=np.ones_like(sums), where=sums != 0)
            scaled = (sparse.diags(factor) @ matrix).tocsr().astype(np.float32)
            return replace(self, x=SparseFeatures.from_scipy(scaled).to(self.device))
        total = self.x.sum(dim=1, keepdim=True)
        return replace(self, x=self.x / torch.where(total == 0, 1.0, total))

    def view(self) -> View:
        """The graph as it is, as a view to augment or to embed."""
        from rgrl.graph.view import View

        return View(self)

    def to(self, device: torch.device | str) -> Graph:
        """The same graph on another device."""
        return replace(
            self,
            pattern=self.pattern.to(device),
            diagonal=self.diagonal.to(device),
            has_loop=self.has_loop.to(device),
            x=self.x.to(device),
            y=None if self.y is None else self.y.to(device),
        )

    def __repr__(self) -> str:
        kind = "sparse" if isinstance(self.x, SparseFeatures) else "dense"
        direction = "undirected" if self.is_undirected else "directed"
        return (
            f"Graph(num_nodes={self.num_nodes}, num_edges={self.num_edges}, "
            f"num_features={self.num_features}, features={kind}, {direction})"
        )


def _stored(features: Tensor | sparse.csr_matrix, keep_sparse: bool | None) -> Tensor | SparseFeatures:
    rows, columns = features.shape
    if keep_sparse is None:
        nonzeros = int(features.count_nonzero())
        keep_sparse = nonzeros < SPARSE_BELOW_DENSITY * rows * columns
    if isinstance(features, Tensor):
        if not keep_sparse:
            return features
        return SparseFeatures.from_scipy(sparse.csr_matrix(features.numpy()))
    return SparseFeatures.from_scipy(features) if keep_sparse else torch.from_numpy(features.toarray())
