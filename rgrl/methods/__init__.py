"""Self-supervised methods: each says how a graph becomes a loss; and what they are compared with."""

from rgrl.methods.bgrl import BGRL, target_momentum
from rgrl.methods.cca_ssg import CCASSG, cca_loss, standardize_columns
from rgrl.methods.dgi import DGI, infomax_loss
from rgrl.methods.from_preset import rgrl_from_preset
from rgrl.methods.gcn_classifier import GCNClassifier
from rgrl.methods.grace import GRACE, info_nce
from rgrl.methods.method import Method
from rgrl.methods.multiplex_rgrl import MultiplexPlan, MultiplexRGRL
from rgrl.methods.node2vec import node2vec
from rgrl.methods.rgrl import RGRL
from rgrl.methods.rgrl_plan import RGRLPlan
from rgrl.methods.supervised_gcn import supervised_gcn
from rgrl.methods.supervised_report import SupervisedReport

__all__ = [
    "BGRL",
    "CCASSG",
    "DGI",
    "GRACE",
    "RGRL",
    "GCNClassifier",
    "Method",
    "MultiplexPlan",
    "MultiplexRGRL",
    "RGRLPlan",
    "SupervisedReport",
    "cca_loss",
    "info_nce",
    "infomax_loss",
    "node2vec",
    "rgrl_from_preset",
    "standardize_columns",
    "supervised_gcn",
    "target_momentum",
]
