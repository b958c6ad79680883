"""Evaluators: embeddings in, a report out; none knows how the embeddings were made.

Without a report: `nearest_neighbours` and `score_pairs` say which nodes are alike.
"""

from __future__ import annotations

from rgrl.evaluate.best_embedding import BestEmbedding
from rgrl.evaluate.clustering import clustering
from rgrl.evaluate.clustering_report import ClusteringReport
from rgrl.evaluate.dmgi_evaluation import dmgi_evaluation
from rgrl.evaluate.dmgi_probe import dmgi_probe
from rgrl.evaluate.edge_split_like import EdgeSplitLike
from rgrl.evaluate.embedding_file import check_embeddings, load_embeddings, save_embeddings
from rgrl.evaluate.few_shot import few_shot
from rgrl.evaluate.knn import knn
from rgrl.evaluate.linear_evaluation import linear_evaluation
from rgrl.evaluate.linear_probe import linear_probe
from rgrl.evaluate.link_prediction import link_prediction
from rgrl.evaluate.loaded_embeddings import LoadedEmbeddings
from rgrl.evaluate.logistic_regression import logistic_regression
from rgrl.evaluate.logistic_report import LogisticReport
from rgrl.evaluate.multi_label_probe import multi_label_probe
from rgrl.evaluate.nearest_neighbours import nearest_neighbours
from rgrl.evaluate.negatives_like import NegativesLike
from rgrl.evaluate.node_accuracy import node_accuracy
from rgrl.evaluate.probe_report import ProbeReport
from rgrl.evaluate.report import Report
from rgrl.evaluate.score_pairs import score_pairs
from rgrl.evaluate.significance import corrected_t_test, holm
from rgrl.evaluate.similarity_search import similarity_search
from rgrl.evaluate.split_like import SplitLike

__all__ = [
    "BestEmbedding",
    "ClusteringReport",
    "EdgeSplitLike",
    "LoadedEmbeddings",
    "LogisticReport",
    "NegativesLike",
    "ProbeReport",
    "Report",
    "SplitLike",
    "check_embeddings",
    "clustering",
    "corrected_t_test",
    "dmgi_evaluation",
    "dmgi_probe",
    "few_shot",
    "holm",
    "knn",
    "linear_evaluation",
    "linear_probe",
    "link_prediction",
    "load_embeddings",
    "logistic_regression",
    "multi_label_probe",
    "nearest_neighbours",
    "node_accuracy",
    "save_embeddings",
    "score_pairs",
    "similarity_search",
]
