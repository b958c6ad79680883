"""RGRL where each relation of a multiplex graph is a view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph
from rgrl.graph.require_graph import require_graph
from rgrl.methods.rgrl import RGRL
from rgrl.methods.rgrl_plan import RGRLPlan
from rgrl.nn import inference


@dataclass(frozen=True, eq=False)
class MultiplexPlan:
    """What stays the same between updates.

    Attributes:
        union: RGRL's plan of the union graph: the anchors are drawn and chosen from all relations together.
        relations: The relations, on the union's device.
    """

    union: RGRLPlan
    relations: tuple[Graph, ...]


class MultiplexRGRL(nn.Module):
    """RGRL on a multiplex graph (Lee, Hyun, Lee and Park, CIKM 2022): each relation is one view.

    For R relations and ordered pairs a ≠ b, the student sees relation a, the teacher relation b, both
    augmented, and the loss is RGRL's, ``2 / (R (R − 1)) Σ_{a ≠ b} (G_ab + λ Λ_ab)``: with two relations the
    sum of both directions. A node's embedding is the mean of the student's over the relations.

    One encoder serves all relations. A relation takes the place of an augmented view: that teacher and
    student must agree on a node whatever relation they see is what is learned, and the momentum teacher
    follows one student. Global anchors are drawn by the degree in the union graph, and local anchors are the
    nearest nodes of the union graph: one set a node, the same for every pair, so that a node without an edge
    in one relation still has neighbours to be compared with.

    Args:
        model: Encoder, predictor, teacher, losses and hyper-parameters; trained in place. Its two ``views``
            augment the relations in turn: the first, third, ... by the first, the others by the second.
        relations: Graphs by name over the same nodes, with as many features; at least 2. Their order is the
            order of the views.

    Raises:
        ConfigError: If there are fewer than 2 relations.
        DataError: If they differ in the number of nodes or of features.

    Example:
        >>> import rgrl
        >>> from rgrl.graph.augment import Identity
        >>> from rgrl.nn import GCNEncoder
        >>> union = rgrl.load_dataset("karate").graph
        >>> edges = union.edge_index  # an edge belongs to the relation of its ends' parity
        >>> halves = {
        ...     name: Graph.from_edge_index(edges[:, edges.sum(0) % 2 == odd], x=torch.eye(34))
        ...     for odd, name in enumerate(("even", "odd"))
        ... }
        >>> encoder = GCNEncoder(34, (16, 8), generator=torch.Generator().manual_seed(0))
        >>> model = MultiplexRGRL(rgrl.RGRL(encoder, views=(Identity(), Identity())), halves)
        >>> for update in rgrl.train(model, union, epochs=2):
        ...     pass
        >>> model.embed(union).shape
        torch.Size([34, 8])
    """

    def __init__(self, model: RGRL, relations: Mapping[str, Graph]) -> None:
        super().__init__()
        if len(relations) < 2:
            raise ConfigError(
                f"{len(relations)} relations were given ({', '.join(relations)}): "
                "MultiplexRGRL needs at least 2"
            )
        self.model = model
        self.relations = dict(relations)
        first = next(iter(relations))
        for name in relations:
            self._check_fit(f"relation {name!r}", relations[name], f"relation {first!r}", relations[first])

    def plan(self, graph: Graph, *, cache: Path | None = None) -> MultiplexPlan:
        """Compute what stays the same between updates.

        Args:
            graph: The union of the relations: its degrees and its PageRank choose the anchors.
            cache: Folder that keeps local anchors between runs.

        Raises:
            DataError: If the graph does not have the relations' nodes and features, or RGRL cannot take it.
        """
        self._check_union(graph)
        return MultiplexPlan(
            union=self.model.plan(graph, cache=cache),
            relations=tuple(relation.to(graph.device) for relation in self.relations.values()),
        )

    def losses(self, plan: MultiplexPlan, generator: torch.Generator | None = None) -> Iterator[Tensor]:
        """Yield the loss of one update, one part a relation as the student's view.

        Args:
            plan: From :meth:`plan`.
            generator: Random stream of the augmentations and the anchors.

        Yields:
            Scalars; the loss is their sum.
        """
        augmentations = zip(plan.relations, cycle(self.model.views), strict=False)  # as many as relations
        views = [augment(relation.view(), generator) for relation, augment in augmentations]
        yield from self.model.view_losses(plan.union, views, generator)

    def after_update(self) -> None:
        """Move the teacher; call it after each step."""
        self.model.after_update()

    def embed(self, graph: Graph) -> Tensor:
        """Mean over the relations of the student's embeddings, un-normalised: ``[N, d]``. Changes nothing.

        Args:
            graph: The union of the relations, of which only the device is used: edges and features are those
                of the relations.

        Raises:
            DataError: If the graph does not have the relations' nodes and features.
        """
        require_graph(graph)
        self._check_union(graph)
        with inference(self.model.encoder):
            encoded = [
                self.model.encoder(relation.to(graph.device).view()) for relation in self.relations.values()
            ]
            return torch.stack(encoded).mean(0)

    def _check_union(self, graph: Graph) -> None:
        name, relation = next(iter(self.relations.items()))
        self._check_fit("the union graph", graph, f"relation {name!r}", relation)

    @staticmethod
    def _check_fit(name: str, graph: Graph, other_name: str, other: Graph) -> None:
        if graph.num_nodes != other.num_nodes or graph.num_features != other.num_features:
            raise DataError(
                f"{name} has {graph.num_nodes} nodes and {graph.num_features} features, "
                f"but {other_name} has {other.num_nodes} and {other.num_features}: the same are needed"
            )
