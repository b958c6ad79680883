"""RGRL as scikit-learn's transformers are used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import TransformerMixin

from rgrl.estimator.as_output import as_output, checked_output
from rgrl.estimator.embed_rows import embed_rows
from rgrl.estimator.embedder_parameters import EmbedderParameters
from rgrl.estimator.feature_names import FeatureNames
from rgrl.estimator.feature_scale import FeatureScale
from rgrl.estimator.fit_rgrl import fit_rgrl
from rgrl.estimator.named_graph import FIXED_FEATURES, NamedGraph, edges_key, named_graph, refuse_both
from rgrl.estimator.packed import packed
from rgrl.estimator.plain_arguments import usable
from rgrl.estimator.restored import restored
from rgrl.estimator.same_features import require_same_features
from rgrl.estimator.settings import checked_seed, preset_of, require_whole
from rgrl.estimator.stored_embedder import write_embedder
from rgrl.estimator.unfitted_error import UnfittedError
from rgrl.estimator.write_embedding import write_embedding
from rgrl.graph.one_way import warn_if_one_way
from rgrl.methods.rgrl import RGRL
from rgrl.training.device import checked_device


class RGRLEmbedder(TransformerMixin, EmbedderParameters, auto_wrap_output_keys=None):  # type: ignore[call-arg]
    """Learn a vector for each node of a graph without labels, and embed other graphs with what was learned.

    A graph is whatever :func:`rgrl.as_graph` takes: PyG ``Data``, networkx, ``(x, edge_index)``, a scipy
    sparse adjacency ``[N, N]`` or a :class:`rgrl.Graph`. Edges that go one way stay so, with a
    :class:`rgrl.errors.OneWayEdgesWarning` where all do; an edge of weight 0 is none, other weights are left
    out with an :class:`rgrl.errors.UnusedWeightsWarning`. ``y`` may be anything: it is not looked at.

    Args:
        features: ``None`` for the features that the graph has or ``x`` gives; else made of its edges, and its
            own are not looked at: ``"degree"``, ``"identity"`` or ``"positional"``
            (:func:`rgrl.graph.structural_features`). The last two belong to one graph: no other, not even
            one with a node more, can be transformed.
        undirected: Add the reverse of every edge.
        standardize: Shift and scale each feature, after ``row_normalize``, to mean 0 and deviation 1 on the
            graph of ``fit``, a constant one to 0; other graphs by the same numbers. Dense features only.
        random_state: Seed of weights, views and anchors; the same seed gives the same bits. ``None`` draws
            one, a ``RandomState`` gives one. ``seed_`` is what was used.
        device: ``"cpu"``, ``"cuda"`` or ``"cuda:N"``.
        output: ``"numpy"``; ``"pandas"`` for a frame with the node ids as its index (`rgrl[tables]`);
            ``None`` for what ``sklearn.set_config`` says, which is numpy.
        block_rows: Rows that are embedded at a time; fewer need less memory.
        warm_start: Begin with the weights of the last fit; the optimiser starts anew, with other draws. The
            graph may be another, unless its features are ``"identity"`` or ``"positional"``.
        callback: Called with each :class:`rgrl.training.Update`; returning something true ends the training.
        verbose: Updates between two lines of level INFO in the log of ``rgrl``; 0 for none.
        epochs: Updates; 0 leaves the encoder as it was drawn.
        learning_rate, weight_decay, schedule, warmup: The optimiser's, see :class:`rgrl.presets.RGRLPreset`
            as for all that follow.
        encoder, layers, norm, activation, final_activation: The encoder; ``layers[-1]`` is d.
        row_normalize: Divide each node's features by their sum; they must be at least 0.
        feature_mask, edge_drop, symmetric_edge_drop: The two views.
        precision: ``"fp32"``, ``"bf16"`` or ``"auto"``, of the training; embedding is float32.
        predictor_hidden, momentum: h, and the decay of the teacher.
        num_anchors, alpha, beta: m, α and β of the global anchors.
        student_temperature, teacher_temperature, global_weight: τ_s, τ_t and weight of the global term.
        num_local_anchors, include_self: k, and whether a node is among its own.
        local_student_temperature, local_teacher_temperature, local_weight: τ_sd, τ_td and λ.

    Attributes:
        embedding_: Of the graph it was fitted on, float32 ``[N, d]``.
        node_ids_: Its nodes, ``[N]``, in the order of the rows.
        loss_curve_: Loss of each update of the last fit.
        n_iter_: Updates done, with ``warm_start`` those of earlier fits too.
        n_features_in_: F.
        feature_names_in_: Names of the columns of a frame, ``[F]``; not there without a frame. ``transform``
            refuses others, or another order, as scikit-learn's estimators do.
        feature_scale_: ``mean`` and ``std`` of each feature, ``[F]``, with ``standardize``; else None.
        model_: The :class:`rgrl.RGRL`, on the CPU.
        seed_: The seed.
        seconds_: What planning and training took.

    Raises:
        ConfigError: By ``fit``, if an argument is not accepted.
        DataError: If a graph cannot be used, or has no edge in ``fit``.
        UnfittedError: If ``fit`` has to come first; scikit-learn's ``NotFittedError``.
        DivergedError: By ``fit``, if the training diverged.

    Example:
        >>> import networkx as nx
        >>> club = nx.Graph(nx.karate_club_graph().edges())
        >>> embedder = RGRLEmbedder(features="degree", epochs=20, layers=(32, 16))
        >>> embedder.fit_transform(club).shape
        (34, 16)
        >>> club.add_edge("newcomer", 0)
        >>> embedder.transform(club).shape
        (35, 16)
    """

    model_: RGRL
    embedding_: npt.NDArray[np.float32]
    node_ids_: npt.NDArray[Any]
    n_features_in_: int
    feature_names_in_: npt.NDArray[Any]
    feature_scale_: FeatureScale | None
    n_iter_: int

    def fit(self, graph: Any, y: Any = None, *, x: Any = None, node_ids: Any = None) -> Self:
        """Train on a graph.

        Args:
            graph: The graph.
            y: Not looked at.
            x: Features ``[N, F]``, in place of the graph's own.
            node_ids: One id a node; ``None`` for networkx's names, and 0 to N - 1 otherwise.
        """
        arguments = usable(self.get_params(deep=False))
        preset, seed = preset_of(arguments), checked_seed(self.random_state)
        checked_output(self.output)
        named = self._named(graph, x, node_ids, dense=self.standardize)
        warn_if_one_way(named.graph)
        start = self.model_ if self.warm_start and self.__sklearn_is_fitted__() else None
        if start is not None:
            require_same_features(self, named, again=True)
        done = 0 if start is None else self.n_iter_
        scale = FeatureScale.of(named.graph) if self.standardize else None
        fitted = fit_rgrl(
            preset,
            named.graph if scale is None else scale.standardized(named.graph),
            seed=seed + done,
            device=checked_device(self.device),
            start=start,
            block_rows=require_whole("block_rows", self.block_rows, 1),
            callback=self.callback,
            verbose=require_whole("verbose", self.verbose, 0),
            feature_names=named.feature_names,
        )
        self.model_, self.loss_curve_, self.seconds_ = fitted.model, fitted.losses, fitted.seconds
        self.embedding_, self.node_ids_, self.seed_ = fitted.embedding, named.node_ids, seed
        self.n_features_in_, self.n_iter_ = named.graph.num_features, done + len(fitted.losses)
        self._edges_key, self.feature_scale_ = edges_key(named.graph), scale
        self._keep_names(named.feature_names)
        return self

    def transform(self, graph: Any, *, x: Any = None, node_ids: Any = None) -> Any:
        """Embed the nodes of a graph: the one of ``fit``, the same with new nodes, or another.

        Nothing is learned. It is done layer by layer in blocks of rows (:func:`rgrl.nn.encode_in_blocks`).

        Args:
            graph: The graph, with features of the same kind and number as in ``fit``.
            x: As in :meth:`fit`.
            node_ids: As in :meth:`fit`; they are the rows' names in a frame.

        Returns:
            float32 ``[N, d]``, an array or a frame.
        """
        self._require_fitted("transform")
        output = checked_output(self.output)
        refuse_both(x, self.features)
        if self.features in FIXED_FEATURES:  # only the edges matter: the graph is that of fit, or refused
            named = named_graph(graph, node_ids=node_ids, features="degree", undirected=self.undirected)
            require_same_features(self, named, again=False)
            embedding = self.embedding_.copy()
        else:
            scale = self.feature_scale_
            named = self._named(graph, x, node_ids, dense=scale is not None)
            require_same_features(self, named, again=False)
            embedding = embed_rows(
                self.model_,
                named.graph if scale is None else scale.standardized(named.graph),
                device=checked_device(self.device),
                block_rows=require_whole("block_rows", self.block_rows, 1),
            )
        return as_output(embedding, named.node_ids, self.get_feature_names_out(), output)

    def fit_transform(self, graph: Any, y: Any = None, *, x: Any = None, node_ids: Any = None) -> Any:
        """Train on a graph and return its embedding, as ``fit`` and then ``transform`` would."""
        self.fit(graph, y, x=x, node_ids=node_ids)
        output = checked_output(self.output)
        return as_output(self.embedding_.copy(), self.node_ids_, self.get_feature_names_out(), output)

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Name the columns of the embedding, ``[d]``; ``input_features`` is not looked at."""
        self._require_fitted("get_feature_names_out")
        name = type(self).__name__.lower()
        return np.array([f"{name}{column}" for column in range(self.embedding_.shape[1])], dtype=object)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose the container of ``transform``: scikit-learn's way to set ``output``."""
        if transform is not None:
            self.output = None if transform == "default" else transform
        return self

    def save_embedding(self, path: Path | str) -> None:
        """Write ``embedding_`` and the node ids as the path's ending says, see :func:`write_embedding`."""
        self._require_fitted("save_embedding")
        write_embedding(path, self.embedding_, node_ids=self.node_ids_)

    def save(self, path: Path | str) -> None:
        """Write the fitted estimator as safetensors, whole or not at all; ``callback`` is left out.

        Raises:
            ConfigError: If settings were changed after ``fit`` so that they do not fit the model.
            DataError: If a node's id is something else than text, numbers and tuples of them.
            OutputError: If the file has another ending than ``.safetensors``, or cannot be written.
        """
        self._require_fitted("save")
        write_embedder(Path(path), packed(self))

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read what ``save`` wrote; it transforms to the same bits.

        Raises:
            DataError: If the file is missing, damaged or something else.
        """
        stored, model = restored(Path(path), cls().get_params(deep=False).keys())
        estimator = cls(**stored.params)
        for name, value in stored.facts.items():
            setattr(estimator, name, value)
        estimator.model_, estimator.node_ids_, estimator.feature_scale_ = model, stored.node_ids, stored.scale
        estimator.embedding_, estimator.loss_curve_ = stored.embedding.numpy(), stored.losses.numpy()
        return estimator

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.no_validation, tags.input_tags.two_d_array = True, False  # a graph is no table
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags

    def _require_fitted(self, what: str) -> None:
        if not self.__sklearn_is_fitted__():
            raise UnfittedError(f"this {type(self).__name__} is not fitted: call fit before {what}")

    def _keep_names(self, names: FeatureNames | None) -> None:
        self.__dict__.pop("feature_names_in_", None)  # as scikit-learn has it: no names, no attribute
        if names is not None:
            self.feature_names_in_ = names

    def _named(self, graph: Any, x: Any, node_ids: Any, *, dense: bool) -> NamedGraph:
        kind, both = self.features, self.undirected
        named = named_graph(graph, x=x, node_ids=node_ids, features=kind, undirected=both, dense=dense)
        return replace(named, graph=named.graph.row_normalized()) if self.row_normalize else named
