"""Embeddings that came from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from rgrl.errors import DataError
from rgrl.short_repr import short_repr


@dataclass(frozen=True, eq=False)
class LoadedEmbeddings:
    """Embeddings read from a file, with what the file said of them.

    Attributes:
        values: One row a node, float32 ``[N, d]``, finite.
        fingerprint: Fingerprint of the graph they were made on; None if the file names none.
        metadata: What else was written with them.
        path: The file they were read from.
        node_ids: Id of each row, as text, where the file names them; ``None`` elsewhere.
    """

    values: Tensor
    fingerprint: str | None
    metadata: dict[str, str]
    path: Path
    node_ids: tuple[str, ...] | None = None

    def in_order_of(self, node_ids: Sequence[str]) -> LoadedEmbeddings:
        """The embeddings of a file that names nodes, with a row for each node of a graph, in their order.

        Args:
            node_ids: Ids of the graph's N nodes, such as ``Dataset.node_ids``, or the text of 0 to N - 1.

        Raises:
            DataError: If the file names no ids, or a node has no row, or a row's node is none of the graph's.
        """
        if self.node_ids is None:
            raise DataError(f"{self.path} names no nodes: its rows cannot be brought into their order")
        place = {node: row for row, node in enumerate(self.node_ids)}
        missing = [node for node in node_ids if node not in place]
        if missing:
            raise DataError(
                f"{self.path} has no row for {len(missing)} of the graph's {len(node_ids)} nodes, "
                f"the first is {short_repr(missing[0])}"
            )
        if len(place) > len(node_ids):
            known = set(node_ids)
            unknown = [node for node in self.node_ids if node not in known]
            raise DataError(
                f"{self.path} has {len(unknown)} rows whose node is none of the graph's {len(node_ids)}, "
                f"the first is {short_repr(unknown[0])}"
            )
        rows = torch.tensor([place[node] for node in node_ids])
        return replace(self, values=self.values[rows], node_ids=tuple(node_ids))
