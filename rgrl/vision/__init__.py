"""ReSSL: relational self-supervised learning on images, on the same relation core."""

from rgrl.vision.as_backbone import as_backbone
from rgrl.vision.info_nce import info_nce
from rgrl.vision.pixel_norm import PixelNorm
from rgrl.vision.projection_head import ProjectionHead
from rgrl.vision.resnet18 import ResNet18
from rgrl.vision.ressl import ReSSL
from rgrl.vision.split_batch_norm import SplitBatchNorm

__all__ = [
    "PixelNorm",
    "ProjectionHead",
    "ReSSL",
    "ResNet18",
    "SplitBatchNorm",
    "as_backbone",
    "info_nce",
]
