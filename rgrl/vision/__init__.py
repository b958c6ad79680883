"""ReSSL: relational self-supervised learning on images, on the same relation core."""

from rgrl.vision.as_backbone import as_backbone
from rgrl.vision.cifar import cifar_images
from rgrl.vision.digit_images import digit_images
from rgrl.vision.from_preset import pretrain_from_preset, ressl_from_preset, views_from_preset
from rgrl.vision.image_folder import folder_images
from rgrl.vision.image_set import ImageSet
from rgrl.vision.image_view import ImageView
from rgrl.vision.info_nce import info_nce
from rgrl.vision.load_images import load_images
from rgrl.vision.npz_images import npz_images
from rgrl.vision.pixel_norm import PixelNorm
from rgrl.vision.pretrain import pretrain
from rgrl.vision.projection_head import ProjectionHead
from rgrl.vision.resnet18 import ResNet18
from rgrl.vision.ressl import ReSSL
from rgrl.vision.split_batch_norm import SplitBatchNorm
from rgrl.vision.views import contrastive_view, multi_crop_views, weak_view

__all__ = [
    "ImageSet",
    "ImageView",
    "PixelNorm",
    "ProjectionHead",
    "ReSSL",
    "ResNet18",
    "SplitBatchNorm",
    "as_backbone",
    "cifar_images",
    "contrastive_view",
    "digit_images",
    "folder_images",
    "info_nce",
    "load_images",
    "multi_crop_views",
    "npz_images",
    "pretrain",
    "pretrain_from_preset",
    "ressl_from_preset",
    "views_from_preset",
    "weak_view",
]
