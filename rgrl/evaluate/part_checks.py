"""Embeddings of a train and of a test part, with their labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.checks import IntArray, checked_embeddings, checked_labels
from rgrl.evaluate.products import Embeddings


def checked_part(embeddings: Any, labels: Any, part: str) -> tuple[Embeddings, IntArray]:
    """Float32 embeddings ``[n, d]`` of one part, and its labels ``[n]``, every one a class.

    Args:
        embeddings: As `checked_embeddings` takes them.
        labels: Integers, 0 and up.
        part: What the messages call it.

    Raises:
        DataError: If they cannot be used or do not fit together.
    """
    try:
        features = checked_embeddings(embeddings)
        rows = np.arange(features.shape[0])
        classes, _ = checked_labels(labels, features.shape[0], [(rows,)], None)
    except DataError as error:
        raise DataError(f"{part}: {error}") from None
    return features, classes


def checked_dense_part(embeddings: Any, labels: Any, part: str) -> tuple[Tensor, IntArray]:
    """The same, made dense where it is not.

    Raises:
        DataError: If they cannot be used or do not fit together.
    """
    features, classes = checked_part(embeddings, labels, part)
    return features if isinstance(features, Tensor) else torch.from_numpy(features.toarray()), classes


def require_one_width(train: Embeddings, test: Embeddings) -> None:
    """Refuse parts whose rows differ in width.

    Raises:
        DataError: If they do.
    """
    if train.shape[1] != test.shape[1]:
        raise DataError(
            f"train rows have {train.shape[1]} dimensions, test rows {test.shape[1]}: as many are needed"
        )
