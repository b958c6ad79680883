"""Self-supervised methods: each says how a graph becomes a loss."""

from rgrl.methods.bgrl import BGRL, target_momentum
from rgrl.methods.cca_ssg import CCASSG, cca_loss, standardize_columns
from rgrl.methods.dgi import DGI, infomax_loss
from rgrl.methods.grace import GRACE, info_nce
from rgrl.methods.method import Method
from rgrl.methods.rgrl import RGRL, RGRLPlan

__all__ = [
    "BGRL",
    "CCASSG",
    "DGI",
    "GRACE",
    "RGRL",
    "Method",
    "RGRLPlan",
    "cca_loss",
    "info_nce",
    "infomax_loss",
    "standardize_columns",
    "target_momentum",
]
