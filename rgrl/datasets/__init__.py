"""The datasets: what is known of each, where its files come from, how they are read, and its fixed splits."""

from __future__ import annotations

from rgrl.datasets.dataset import Dataset
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.download import ProgressCallback
from rgrl.datasets.edge_split import EdgeSplit
from rgrl.datasets.file_check import FileCheck
from rgrl.datasets.file_location import FileLocation
from rgrl.datasets.fingerprint import Fingerprint
from rgrl.datasets.inventory import fetch, on_disk, verify, where
from rgrl.datasets.load import load_dataset
from rgrl.datasets.negative_edges import NegativeEdges
from rgrl.datasets.own import load_own
from rgrl.datasets.raw_graph import RawGraph
from rgrl.datasets.registry import DATASETS, find_spec
from rgrl.datasets.split import Split
from rgrl.datasets.split_edges import split_edges
from rgrl.datasets.splits import random_splits

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetSpec",
    "EdgeSplit",
    "FileCheck",
    "FileLocation",
    "Fingerprint",
    "NegativeEdges",
    "ProgressCallback",
    "RawGraph",
    "Split",
    "fetch",
    "find_spec",
    "load_dataset",
    "load_own",
    "on_disk",
    "random_splits",
    "split_edges",
    "verify",
    "where",
]
