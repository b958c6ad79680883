"""Embeddings of a train and of a test part, with their labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from rgrl.errors import DataError
from rgrl.evaluate.checks import IntArray, checked_embeddings, checked_labels


def checked_part(embeddings: Any, labels: Any, part: str) -> tuple[Tensor, IntArray]:
    """Dense float32 embeddings ``[n, d]`` of one part, and its labels ``[n]``, every one a class.

    Args:
        embeddings: Tensor, array or sparse matrix.
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
    if not isinstance(features, Tensor):
        features = checked_embeddings(features.toarray())
    return features, classes


def require_one_width(train: Tensor, test: Tensor) -> None:
    """Refuse parts whose rows differ in width.

    Raises:
        DataError: If they do.
    """
    if train.shape[1] != test.shape[1]:
        raise DataError(
            f"train rows have {train.shape[1]} dimensions, test rows {test.shape[1]}: as many are needed"
        )
