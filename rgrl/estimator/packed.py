"""A fitted embedder in parts that a file may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from rgrl.errors import ConfigError
from rgrl.estimator.model_of import model_of
from rgrl.estimator.plain_arguments import plain_arguments, require_plain
from rgrl.estimator.restored import FACTS, require_scale
from rgrl.estimator.stored_embedder import StoredEmbedder

if TYPE_CHECKING:
    from rgrl.estimator.rgrl_embedder import RGRLEmbedder


def packed(embedder: RGRLEmbedder) -> StoredEmbedder:
    """Take a fitted embedder apart, once its settings are known to be those of its model.

    Raises:
        ConfigError: If settings were changed after ``fit`` so that they do not fit the model.
    """
    facts = {name: getattr(embedder, name, None) for name in FACTS}
    if facts["feature_names_in_"] is not None:
        facts["feature_names_in_"] = facts["feature_names_in_"].tolist()
    stored = StoredEmbedder(
        params=plain_arguments(embedder.get_params(deep=False), embedder.seed_),
        facts=facts,
        weights=embedder.model_.state_dict(),
        embedding=torch.from_numpy(embedder.embedding_),
        losses=torch.from_numpy(embedder.loss_curve_),
        node_ids=embedder.node_ids_,
        scale=embedder.feature_scale_,
    )
    try:
        require_plain(stored.params)
        model_of(stored.params, embedder.n_features_in_, stored.weights)
        require_scale(stored)
    except ConfigError as error:
        raise ConfigError(
            f"settings changed after fit do not fit its model: fit again before save ({error})"
        ) from None
    return stored
