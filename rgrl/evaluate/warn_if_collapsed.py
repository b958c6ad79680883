"""Whether a training left every node with the same vector."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from rgrl.graph.graph import Graph
from rgrl.short_repr import short_repr

logger = logging.getLogger(__name__)

Names: TypeAlias = Sequence[str] | npt.NDArray[np.object_]

_SAMPLE = 2048

#: Rows nearer together than this have a mean cosine above 0.9999.
_COLLAPSED = 1e-2

#: A column so many times as large as others hides them.
_DOMINANT = 100.0


def warn_if_collapsed(embedding: Tensor, graph: Graph, names: Names | None = None) -> bool:
    """Log one warning if all rows of a trained embedding point the same way, and say what it may be due to.

    Looked at are 2,048 rows at most, evenly from first to last. The mean distance of the rows, at length 1,
    from their mean is below 0.01 in a collapsed embedding.

    Args:
        embedding: ``[N, d]``, finite.
        graph: What it was trained on; a dense feature column far larger than the others is named.
        names: Names of the features, ``[F]``.

    Returns:
        Whether it has collapsed.

    Example:
        >>> graph = Graph.from_edge_index([[0, 1], [1, 0]], x=[[1.0, 5000.0], [3.0, 7000.0]])
        >>> warn_if_collapsed(torch.eye(2), graph)
        False
    """
    nodes = embedding.shape[0]
    spread = _spread(embedding[:: -(-nodes // _SAMPLE)])
    if nodes < 2 or spread >= _COLLAPSED:
        return False
    logger.warning(
        "the embedding has collapsed: its %d rows point the same way (mean distance %.1e from their mean, at "
        "length 1); %s",
        nodes,
        spread,
        _cause(graph, names),
    )
    return True


def _spread(embedding: Tensor) -> float:
    """Mean distance of the rows, at length 1, from their mean; a row of one number keeps its size."""
    rows = embedding.double()
    if rows.shape[1] > 1:
        rows = F.normalize(rows, dim=1)
    length = torch.linalg.vector_norm(rows, dim=1).mean()
    distance = torch.linalg.vector_norm(rows - rows.mean(0), dim=1).mean()
    return float(distance / length) if length > 0 else 0.0


def _cause(graph: Graph, names: Names | None) -> str:
    if not isinstance(graph.x, Tensor):
        return "the usual cause are features that hardly differ between nodes"
    remedy = "features of one scale help"
    if graph.num_features > 1:
        size = graph.x.double().square().mean(0).sqrt().cpu().numpy()
        largest = int(size.argmax())
        others = float(np.median(np.delete(size, largest)))
        if size[largest] > _DOMINANT * others:
            name = "" if names is None else f" ({short_repr(names[largest])})"
            times = f"{size[largest] / others:.0f} times" if others > 0 else "far"
            return f"column {largest}{name} of the features is {times} larger than the others: {remedy}"
    return f"the usual causes are features that hardly differ between nodes, and uneven scales: {remedy}"
