"""The embedding of a graph by a trained model."""

from __future__ import annotations

import copy

import numpy as np
import numpy.typing as npt

from rgrl.graph.graph import Graph
from rgrl.methods.rgrl import RGRL
from rgrl.nn.encode_in_blocks import encode_in_blocks


def embed_rows(model: RGRL, graph: Graph, *, device: str, block_rows: int) -> npt.NDArray[np.float32]:
    """Embed the nodes in blocks of rows, ``[N, d]``; the model, on the CPU, stays there.

    Args:
        model: The model.
        graph: The graph.
        device: Where to compute.
        block_rows: Rows of a block.
    """
    encoder = model.encoder if device == "cpu" else copy.deepcopy(model.encoder).to(device)
    return encode_in_blocks(encoder, graph.to(device), block_rows=block_rows).cpu().numpy()
