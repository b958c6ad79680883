"""Link prediction in the bench: what chooses between updates, and what is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from rgrl.bench.seed_run import Probe
from rgrl.datasets import EdgeSplit
from rgrl.datasets.node_pairs import IntArray, pair_numbers
from rgrl.datasets.split_edges import training_graph
from rgrl.evaluate import ProbeReport, Report, link_prediction
from rgrl.evaluate.pair_scores import cosine
from rgrl.evaluate.ranking_metrics import area_under_curve
from rgrl.graph import Graph, SparseFeatures, as_graph
from rgrl.graph.structural_features import structural_features


def link_probe(split: EdgeSplit) -> Probe:
    """AUC of the cosine on validation edges against random negatives, in per cent; test is not looked at."""
    edges, others = split.val.numpy(), split.negatives_random.val.numpy()

    def probe(embedding: Tensor) -> ProbeReport:
        values = embedding.float().cpu()
        auc = 100 * area_under_curve(cosine(values, edges), cosine(values, others))
        return ProbeReport(val=(auc,), test=(float("nan"),))

    return probe


def with_own_features(split: EdgeSplit, kind: str | None) -> EdgeSplit:
    """The split, its training graph with features that tell no held-out edge where they are made of edges."""
    if kind is None:
        return split
    graph = split.train_graph
    return replace(split, train_graph=as_graph(graph, x=structural_features(kind, graph)))


def training_relations(relations: Mapping[str, Graph], split: EdgeSplit) -> dict[str, Graph]:
    """Each relation of a multiplex graph with those of its edges that are training edges of the union."""
    known = pair_numbers(split.train.numpy())
    return {name: _restricted(graph, known) for name, graph in relations.items()}


def _restricted(relation: Graph, known: IntArray) -> Graph:
    ends = relation.edge_index.cpu().numpy()
    ends = ends[:, ends[0] < ends[1]]
    return training_graph(relation, torch.from_numpy(ends[:, np.isin(pair_numbers(ends), known)]))


def link_report(embedding: Tensor | SparseFeatures, split: EdgeSplit) -> Report:
    """The report of every scorer, without Hits@K where fewer than K negatives would make it 1 for all."""
    report = link_prediction(embedding, split)
    scores = {name: values for name, values in report.scores.items() if _says_something(name, split)}
    return replace(report, task="link", scores=scores)


def _says_something(metric: str, split: EdgeSplit) -> bool:
    name, _, k = metric.rpartition("hits@")
    if not name:
        return True
    negatives = split.negatives_hard if "hard/" in name else split.negatives_random
    return (negatives.val if name.startswith("val/") else negatives.test).shape[1] >= int(k)
