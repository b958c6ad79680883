"""Link prediction: held-out edges told from other pairs by embeddings alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.checks import IntArray, checked_embeddings, checked_pairs
from rgrl.evaluate.edge_split_like import EdgeSplitLike
from rgrl.evaluate.hadamard_path import hadamard_path
from rgrl.evaluate.logistic_regression import DEFAULT_STRENGTHS, TOLERANCE
from rgrl.evaluate.pair_scores import FloatArray, cosine, weighted_dot
from rgrl.evaluate.products import Embeddings
from rgrl.evaluate.ranking_metrics import area_under_curve, ranking_metrics
from rgrl.evaluate.report import Report
from rgrl.evaluate.two_hop_share import two_hop_share

logger = logging.getLogger(__name__)

NEGATIVES = ("random", "hard")
SCORERS = ("cosine", "dot", "hadamard")
_MAX_ITER = 1000

Scorer: TypeAlias = Callable[[IntArray], FloatArray]


def link_prediction(
    embeddings: Any,
    split: EdgeSplitLike,
    *,
    negatives: Sequence[str] = NEGATIVES,
    scorers: Sequence[str] = SCORERS,
    seed: int = 0,
) -> Report:
    """How well embeddings tell the held-out edges of a split from pairs that are no edges.

    The embeddings must come from an encoder that was trained on the split's training graph and was given that
    graph to embed; whoever embeds the full graph shows the encoder what it is asked for.

    Scorers are the cosine and the dot product of the two ends, and a logistic regression on their Hadamard
    product ``z_u ⊙ z_v``, fitted on the training edges and the random training negatives (standardised,
    L2 strength of best validation AUC, for each kind of negatives). Metrics are AUC, average precision,
    Hits@10, 50 and 100 and MRR, the last two as in OGB: each positive is ranked among all negatives of its
    part; with fewer than K negatives Hits@K is 1.

    Args:
        embeddings: ``[N, d]``: a tensor, an array, a sparse matrix of scipy or torch, or `SparseFeatures`.
        split: Edges and other pairs, such as a :class:`rgrl.datasets.EdgeSplit`.
        negatives: Kinds to hold the edges against: ``"random"``, ``"hard"``.
        scorers: ``"cosine"``, ``"dot"``, ``"hadamard"``.
        seed: Chooses the training pairs of the regression where there are too many for 256 MB of products;
            without effect elsewhere.

    Returns:
        One repetition. ``"random/cosine/auc"`` is a test score, and ``"val/random/cosine/auc"`` the one to
        choose a scorer by. ``"hard/two_hops"`` is the share of these negatives that have a common neighbour
        among the training edges: below 1 where the graph had too few.

    Raises:
        ConfigError: If a kind of negatives or a scorer is unknown, none is given, or the seed out of range.
        DataError: If the embeddings are not finite or not one a node, or pairs are none.

    Example:
        >>> from rgrl.datasets import load_dataset, split_edges
        >>> split = split_edges(load_dataset("karate").graph, seed=1)
        >>> neighbours = split.train_graph.view().propagate(split.train_graph.x.to_dense())
        >>> report = link_prediction(neighbours, split, negatives=["random"], scorers=["cosine"])
        >>> list(report.scores)[:3]
        ['random/two_hops', 'random/cosine/auc', 'random/cosine/ap']
    """
    _check_names(negatives, NEGATIVES, "negatives")
    _check_names(scorers, SCORERS, "scorers")
    if not 0 <= seed < 2**32:
        raise ConfigError(f"seed is {seed}: 0 to {2**32 - 1} is accepted")
    features, nodes = checked_embeddings(embeddings), split.num_nodes
    if features.shape[0] != nodes:
        raise DataError(f"embeddings have {features.shape[0]} rows: one for each of {nodes} nodes is needed")
    train = checked_pairs(split.train, "train", nodes)
    edges = {part: checked_pairs(getattr(split, part), part, nodes) for part in ("test", "val")}
    candidates = {name: _candidates(name, features, split, train, seed) for name in scorers}
    scores: dict[str, dict[str, float]] = {"test": {}, "val": {}}
    for kind in negatives:
        drawn = getattr(split, f"negatives_{kind}")
        others = {
            part: checked_pairs(getattr(drawn, part), f"negatives_{kind}.{part}", nodes) for part in edges
        }
        for part in edges:
            scores[part][f"{kind}/two_hops"] = two_hop_share(others[part], train, nodes)
        for name in scorers:
            chosen = max(candidates[name], key=partial(_auc, edges["val"], others["val"]))
            for part in edges:
                metrics = ranking_metrics(chosen(edges[part]), chosen(others[part]))
                scores[part].update({f"{kind}/{name}/{metric}": value for metric, value in metrics.items()})
    named = scores["test"] | {f"val/{name}": value for name, value in scores["val"].items()}
    report = Report("link_prediction", {name: (value,) for name, value in named.items()})
    logger.debug("%s", report)
    return report


def _candidates(
    name: str, features: Embeddings, split: EdgeSplitLike, train: IntArray, seed: int
) -> list[Scorer]:
    """What validation chooses from, the first of equals."""
    if name == "cosine":
        return [partial(cosine, features)]
    if name == "dot":
        return [partial(weighted_dot, features)]
    weights = hadamard_path(
        features,
        train,
        checked_pairs(split.train_negatives, "train_negatives", split.num_nodes),
        sorted(DEFAULT_STRENGTHS, reverse=True),
        tolerance=TOLERANCE,
        max_iter=_MAX_ITER,
        draw=np.random.RandomState(seed),
    )
    return [partial(weighted_dot, features, weight=weight) for weight in weights]


def _auc(edges: IntArray, others: IntArray, scorer: Scorer) -> float:
    return area_under_curve(scorer(edges), scorer(others))


def _check_names(names: Sequence[str], accepted: Sequence[str], what: str) -> None:
    unknown = [name for name in names if name not in accepted]
    if unknown or not names:
        raise ConfigError(
            f"{what} are {list(names)}: at least one is needed, and {', '.join(accepted)} are accepted"
        )
