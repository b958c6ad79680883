"""One look at a graph: some edges and some feature columns masked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from rgrl.errors import DataError
from rgrl.graph.csr_matmul import autocast, csr_matmul, csr_product
from rgrl.graph.graph import Graph
from rgrl.graph.sparse_features import SparseFeatures


@dataclass(frozen=True, eq=False)
class View:
    """A graph with masks; the graph itself is never copied or changed.

    Attributes:
        graph: The graph looked at.
        edge_keep: Entries of ``graph.pattern`` that stay, bool ``[nnz]``, the diagonal always among them;
            ``None`` keeps all.
        feature_keep: Feature columns that stay, bool ``[F]``; ``None`` keeps all.

    Raises:
        DataError: If a mask has another shape or type, or (on a CPU) the diagonal is not among what stays.
    """

    graph: Graph
    edge_keep: Tensor | None = None
    feature_keep: Tensor | None = None

    def __post_init__(self) -> None:
        _check_mask("edge_keep", self.edge_keep, self.graph.pattern.nnz, "entry of graph.pattern")
        # GCN's own loop, without which a degree may be 0. Elsewhere the look would wait for the device.
        if self.edge_keep is not None and self.edge_keep.device.type == "cpu":
            without = self.graph.num_nodes - int(self.edge_keep[self.graph.diagonal].sum())
            if without:
                raise DataError(
                    f"edge_keep drops the diagonal of {without} nodes, which always stays: "
                    "edge_keep[graph.diagonal] = True keeps it"
                )
        _check_mask("feature_keep", self.feature_keep, self.graph.num_features, "feature column")

    @cached_property
    def adjacency_values(self) -> Tensor:
        """Entries of ``Â = D^-1/2 (A + I) D^-1/2`` on the graph's pattern, float32 ``[nnz]``.

        D holds the degrees of the kept edges, counted at the target as PyG's ``gcn_norm`` does, and a
        dropped edge has the value 0.
        """
        pattern = self.graph.pattern
        if self.edge_keep is None:
            inverse_root = pattern.crow.diff().float().rsqrt()
            return inverse_root[pattern.row] * inverse_root[pattern.col]
        if pattern.crow.dtype == torch.int32 and pattern.crow.device.type == "cpu":
            from rgrl.kernels.masked_entries import kept_degrees, normalized_entries

            keep = self.edge_keep.contiguous()
            inverse_root = kept_degrees(pattern.crow, keep).rsqrt_()
            return normalized_entries(pattern.crow, pattern.col, keep, inverse_root)
        inverse_root = self._kept_entries.float().rsqrt()
        return inverse_root[pattern.row] * inverse_root[pattern.col] * self.edge_keep

    @cached_property
    def mean_values(self) -> Tensor:
        """Entries of the mean over the kept sources into a target, itself not among them, float32 ``[nnz]``.

        A row of a node without such a source is 0.
        """
        pattern, sources = self.graph.pattern, self._kept_entries - 1  # the diagonal is always kept
        values = sources.clamp_min(1).float().reciprocal()[pattern.row]
        if self.edge_keep is not None:
            values *= self.edge_keep
        values[self.graph.diagonal] = 0.0
        return values

    @cached_property
    def _kept_entries(self) -> Tensor:
        """Number of kept entries in each row of the pattern, ``[N]``."""
        pattern = self.graph.pattern
        if self.edge_keep is None:
            return pattern.crow.diff()
        if pattern.crow.dtype == torch.int32 and pattern.crow.device.type == "cpu":
            from rgrl.kernels.masked_entries import kept_degrees

            return kept_degrees(pattern.crow, self.edge_keep.contiguous())
        kept = torch.zeros(pattern.nnz + 1, dtype=torch.int64, device=self.edge_keep.device)
        torch.cumsum(self.edge_keep, 0, out=kept[1:])
        return kept[pattern.crow[1:]] - kept[pattern.crow[:-1]]

    def propagate(self, hidden: Tensor) -> Tensor:
        """``Â H``: ``[N, d] -> [N, d]``."""
        return csr_matmul(self.graph.pattern, self.adjacency_values, hidden)

    def project(self, weight: Tensor) -> Tensor:
        """``X diag(m) W`` for the feature mask m: ``[F, d] -> [N, d]``; a dense X is not copied.

        With dense features the mask falls on the weight's rows, ``X diag(m) W = X (m ⊙ W)``; with sparse
        ones on their values, which are fewer.
        """
        if weight.shape[0] != self.graph.num_features:
            raise DataError(
                f"the graph has {self.graph.num_features} features and the encoder takes {weight.shape[0]}"
            )
        if isinstance(self.graph.x, SparseFeatures):
            return csr_matmul(self.graph.x.pattern, self.feature_values, weight)
        return self.graph.features_as(autocast(weight).dtype) @ self._masked_rows(weight)

    def is_narrow(self, weight: Tensor) -> bool:
        """Whether the features are dense and no wider than what ``weight`` ``[F, d]`` makes of them.

        ``Â X`` is then the cheaper first step: of fewer columns, without a gradient, and the same for student
        and teacher.
        """
        features, width = weight.shape
        return isinstance(self.graph.x, Tensor) and self.graph.num_features == features <= width

    def propagate_features(self, weight: Tensor, *, hops: int = 1) -> Tensor:
        """``Â^K X diag(m) W`` of narrow features for K hops: ``[F, d] -> [N, d]``."""
        return self._summed_features("adjacency_values", hops, weight)

    def average_features(self, weight: Tensor) -> Tensor:
        """``M X diag(m) W`` of narrow features, M the mean of :attr:`mean_values`: ``[F, d] -> [N, d]``."""
        return self._summed_features("mean_values", 1, weight)

    def _summed_features(self, values: str, times: int, weight: Tensor) -> Tensor:
        key = values, times, autocast(weight).dtype
        if key not in self._sums:
            with torch.inference_mode(False), torch.no_grad():  # a training may take what an embedding left
                summed = self.graph.features_as(key[-1])
                for _ in range(times):
                    summed = csr_product(self.graph.pattern, getattr(self, values), summed)
            self._sums[key] = summed
        return self._sums[key] @ self._masked_rows(weight)

    def __getstate__(self) -> dict[str, object]:
        """What is pickled and copied: all but the sums, which are soon made again."""
        return {name: value for name, value in self.__dict__.items() if name != "_sums"}

    @cached_property
    def _sums(self) -> dict[tuple[str, int, torch.dtype], Tensor]:
        return {}

    def _masked_rows(self, weight: Tensor) -> Tensor:
        return weight if self.feature_keep is None else weight * self.feature_keep.unsqueeze(1)

    @cached_property
    def feature_values(self) -> Tensor:
        """Entries of the masked ``X diag(m)`` on the pattern of sparse features, float32 ``[nnz]``."""
        assert isinstance(self.graph.x, SparseFeatures)
        if self.feature_keep is None:
            return self.graph.x.values
        x, keep = self.graph.x, self.feature_keep
        usable = x.pattern.col.dtype == torch.int32 and x.values.dtype == torch.float32
        if usable and x.pattern.col.device.type == "cpu":
            from rgrl.kernels.masked_entries import masked_entries

            return masked_entries(x.values.contiguous(), x.pattern.col, keep.contiguous())
        return x.values * keep[x.pattern.col]

    @cached_property
    def dense_features(self) -> Tensor:
        """The masked ``X diag(m)`` as a dense tensor, float32 ``[N, F]``, for PyG layers.

        A copy of 4 N F bytes, unless X is dense and nothing is masked.
        """
        x = self.graph.x
        if isinstance(x, SparseFeatures):
            return SparseFeatures(x.pattern, self.feature_values).to_dense()
        return x if self.feature_keep is None else x * self.feature_keep

    @cached_property
    def edge_index(self) -> Tensor:
        """The kept edges (source, target) without the diagonal, int64 ``[2, E']``, for PyG layers."""
        pattern = self.graph.pattern
        keep = pattern.row != pattern.col
        if self.edge_keep is not None:
            keep &= self.edge_keep
        return torch.stack([pattern.col[keep].long(), pattern.row[keep].long()])


def _check_mask(name: str, keep: Tensor | None, length: int, one: str) -> None:
    """A compiled pass reads a mask without looking at its end."""
    if keep is not None and (keep.dtype != torch.bool or keep.shape != (length,)):
        kind = f"{keep.dtype} {list(keep.shape)}"
        raise DataError(f"{name} is {kind}: torch.bool [{length}] is needed, one truth value for each {one}")
