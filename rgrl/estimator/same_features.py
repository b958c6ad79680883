"""Whether a graph has the features that an embedder was fitted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rgrl.errors import DataError
from rgrl.estimator.feature_names import require_same_names
from rgrl.estimator.named_graph import FIXED_FEATURES, NamedGraph, edges_key

if TYPE_CHECKING:
    from rgrl.estimator.rgrl_embedder import RGRLEmbedder


def require_same_features(fitted: RGRLEmbedder, named: NamedGraph, *, again: bool) -> None:
    """Refuse features that the weights were not learned for.

    Args:
        fitted: The embedder.
        named: The graph; of features that are fixed to one graph only its edges are looked at.
        again: Whether it is to be fitted again from its weights, or only transforms.

    Raises:
        DataError: If the features are fixed and the graph is another, or names or number of columns differ.
    """
    begin = "warm_start is True and " if again else ""
    if fitted.features in FIXED_FEATURES:
        if edges_key(named.graph) != fitted._edges_key:
            of = "the last fit" if again else "fit"
            raise DataError(
                f"{begin}features={fitted.features!r} belong to the graph of {of}, and this is another; "
                "'degree' or features of its own are needed"
            )
        return
    require_same_names(getattr(fitted, "feature_names_in_", None), named.feature_names)
    found, needed = named.graph.num_features, fitted.n_features_in_
    if found != needed and again:
        raise DataError(f"{begin}the graph has {found} features: the model that was fitted takes {needed}")
    if found != needed:
        name = type(fitted).__name__
        raise DataError(f"X has {found} features, but {name} is expecting {needed} features as input")
