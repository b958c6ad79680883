"""node2vec and DeepWalk: nodes as words, walks as sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import ConfigError, MissingExtraError
from rgrl.graph import Graph, random_walks
from rgrl.graph.require_graph import require_graph

_LONGEST_WALK = 10_000  # what follows in a sentence gensim leaves out
_CHUNK = 4096  # walks that are Python lists at a time

logger = logging.getLogger(__name__)


def node2vec(
    graph: Graph,
    *,
    dimensions: int = 128,
    walk_length: int = 80,
    walks_per_node: int = 10,
    window: int = 10,
    p: float = 1.0,
    q: float = 1.0,
    epochs: int = 1,
    negatives: int = 5,
    seed: int = 0,
    stop: Callable[[float], bool] | None = None,
) -> Tensor:
    """Embed the nodes by skip-gram with negative sampling over random walks; features are not used.

    node2vec (Grover and Leskovec, KDD 2016, equation 2); with p = q = 1 its walks are those of DeepWalk
    (Perozzi, Al-Rfou and Skiena, KDD 2014), whose hierarchical softmax is replaced by negative sampling. The
    defaults are node2vec's. Skip-gram is gensim's (the extra ``walks``) as word2vec has it: a window of
    random width up to ``window``, negatives drawn by frequency^0.75, a learning rate from 0.025 down to
    0.0001; no frequent node is left out. It runs on one thread, so that a seed gives the same bits whatever
    the number of threads. The walks take 4 bytes a node of a walk, 3.2 KB a node of the graph by default.

    Args:
        graph: Graph of N nodes.
        dimensions: d.
        walk_length: Nodes of a walk, 2 to 10000.
        walks_per_node: Walks from each node that has an outgoing edge.
        window: Largest distance of two nodes in a walk that count as near.
        p: Return parameter, see :func:`rgrl.graph.random_walks`.
        q: In-out parameter.
        epochs: Passes over the walks.
        negatives: Negative samples a pair.
        seed: From 0 to 2³² − 1, of walks, initial vectors and negatives; no global random state is used.
        stop: Asked before each walk of each pass whether to end, with the passes done so far, such as 1.5.
            The embedding is then what skip-gram has come to, with a learning rate that has not fallen to its
            end. Making the walks and counting their nodes come first, and are not ended.

    Returns:
        float32 ``[N, d]`` on the graph's device. A node that no walk meets, an isolated one, has zeros.

    Raises:
        ConfigError: If an argument is out of range.
        MissingExtraError: If gensim is not installed.

    Example:
        >>> import rgrl
        >>> graph = rgrl.load_dataset("karate").graph
        >>> node2vec(graph, dimensions=16, walk_length=10).shape  # doctest: +SKIP
        torch.Size([34, 16])
    """
    require_graph(graph)
    counts = {"dimensions": dimensions, "window": window, "epochs": epochs, "negatives": negatives}
    for name, count in counts.items():
        if count < 1:
            raise ConfigError(f"{name} is {count}: at least 1 is needed")
    if not 2 <= walk_length <= _LONGEST_WALK:
        raise ConfigError(f"walk_length is {walk_length}: a whole number from 2 to {_LONGEST_WALK} is needed")
    word2vec = _word2vec()
    walks = random_walks(
        graph, walk_length=walk_length, walks_per_node=walks_per_node, p=p, q=q, seed=seed
    ).numpy()
    logger.debug("%d walks of %d nodes", *walks.shape)
    embedding = torch.zeros(graph.num_nodes, dimensions)
    if walks.size:
        model = word2vec(
            vector_size=dimensions,
            window=window,
            sg=1,
            negative=negatives,
            epochs=epochs,
            seed=seed,
            min_count=1,
            sample=0,
            workers=1,
        )
        model.build_vocab(_Sentences(walks))
        sentences = _Sentences(walks, stop)
        model.train(
            sentences,
            total_examples=len(walks),
            epochs=epochs,
            start_alpha=model.alpha,
            end_alpha=model.min_alpha,
        )
        if sentences.error is not None:
            raise sentences.error
        embedding[torch.tensor(model.wv.index_to_key)] = torch.from_numpy(model.wv.vectors)
    return embedding.to(graph.device)


class _Sentences:
    """Walks as lists of whole numbers, as often as they are asked for, until ``stop`` says so."""

    def __init__(self, walks: np.ndarray, stop: Callable[[float], bool] | None = None) -> None:
        self.walks, self.stop = walks, stop
        self.given, self.stopped = 0, False
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[list[int]]:
        lengths = (self.walks >= 0).sum(1)
        for first in range(0, len(self.walks), _CHUNK):
            part = slice(first, first + _CHUNK)
            for walk, length in zip(self.walks[part].tolist(), lengths[part].tolist(), strict=True):
                # gensim counts its sentences, and warns of missing ones; empty ones teach nothing.
                yield [] if self._is_over() else walk[:length]

    def _is_over(self) -> bool:
        if self.stop is not None and not self.stopped:
            try:
                self.stopped = self.stop(self.given / len(self.walks))
            except Exception as error:  # gensim reads in a thread of its own, and would wait for it forever
                self.stopped, self.error = True, error
            self.given += not self.stopped
        return self.stopped


def _word2vec() -> Any:
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise MissingExtraError(
            f"node2vec needs gensim ({error}): install it with pip install 'rgrl[walks]'"
        ) from None
    return Word2Vec
