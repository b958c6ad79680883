"""The labels by which a map is coloured, where the dataset can be read again."""

from __future__ import annotations

import logging
from pathlib import Path

import torch
from torch import Tensor

from rgrl.errors import RGRLError

logger = logging.getLogger(__name__)


def node_labels(dataset: str, digest: str, *, regime: str, root: Path | None) -> Tensor | None:
    """Class of every row of an embedding, ``[N]``; ``None`` where it cannot be had without the network.

    Args:
        dataset: Name in a result; a graph or images of the user's own cannot be found by it.
        digest: Of the fingerprint in the result, which must be the same.
        regime: ``"image"`` of images, whose embeddings are those of the train and then of the test part.
        root: The user's folder of raw files.
    """
    try:
        labels = _of_images(dataset, digest, root) if regime == "image" else _of_nodes(dataset, digest, root)
    except RGRLError as error:
        logger.info("%s is coloured by cluster: %s", dataset, error)
        return None
    one_class_each = labels is not None and labels.ndim == 1 and labels.dtype != torch.bool
    return labels if one_class_each else None


def _of_nodes(dataset: str, digest: str, root: Path | None) -> Tensor | None:
    from rgrl.datasets import DATASETS, load_dataset

    if dataset not in DATASETS:  # else it might be read as the path of a file
        return None
    loaded = load_dataset(dataset, root=root, download=False)
    return loaded.labels if loaded.fingerprint.digest == digest else None


def _of_images(dataset: str, digest: str, root: Path | None) -> Tensor | None:
    from rgrl.bench.image_data import ImageData
    from rgrl.bench.image_source import IMAGE_NAMES, image_source

    if dataset not in IMAGE_NAMES:
        return None
    data = ImageData.load(image_source(dataset, root))
    return torch.cat((data.train.labels, data.test.labels)) if data.fingerprint.digest == digest else None
