"""Evaluators: embeddings in, a report out; none knows how the embeddings were made."""

from __future__ import annotations

from rgrl.evaluate.edge_split_like import EdgeSplitLike
from rgrl.evaluate.embedding_file import check_embeddings, load_embeddings, save_embeddings
from rgrl.evaluate.linear_probe import linear_probe
from rgrl.evaluate.link_prediction import link_prediction
from rgrl.evaluate.loaded_embeddings import LoadedEmbeddings
from rgrl.evaluate.logistic_regression import logistic_regression
from rgrl.evaluate.logistic_report import LogisticReport
from rgrl.evaluate.negatives_like import NegativesLike
from rgrl.evaluate.probe_report import ProbeReport
from rgrl.evaluate.report import Report
from rgrl.evaluate.split_like import SplitLike

__all__ = [
    "EdgeSplitLike",
    "LoadedEmbeddings",
    "LogisticReport",
    "NegativesLike",
    "ProbeReport",
    "Report",
    "SplitLike",
    "check_embeddings",
    "linear_probe",
    "link_prediction",
    "load_embeddings",
    "logistic_regression",
    "save_embeddings",
]
