"""From a model and a node to the node's relations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate.checks import checked_rows
from rgrl.graph import Graph
from rgrl.methods import RGRL
from rgrl.nn import inference, l2_normalize
from rgrl.plot.relation import Relation


def node_relation(
    model: RGRL,
    graph: Graph,
    node: int,
    *,
    anchors: Any = None,
    generator: torch.Generator | None = None,
    cache: Path | None = None,
) -> Relation:
    """Describe a node by its anchors, as RGRL's loss does, on the graph as it is.

    With student rows ``p = normalize(g(f(graph)))`` and teacher rows ``t = normalize(f'(graph))``, the
    teacher's relation to the anchors s is ``softmax_s(t_i · t_s / τ_t)`` and the student's
    ``softmax_s(p_i · t_s / τ_s)``. Nothing is augmented, and the norms use their running statistics, as in
    :meth:`RGRL.embed`. Neither the model nor its modes change.

    Args:
        model: RGRL, trained or not.
        graph: N nodes, on the model's device.
        node: 0 to N - 1.
        anchors: The global anchors, integers ``[m]``, none twice, such as ``global_anchors`` of another
            relation that this one is to be compared with; None to draw them as in training.
        generator: Random stream of that draw; nothing else is drawn.
        cache: Folder that keeps local anchors between calls; it changes no number.

    Raises:
        ConfigError: If the model is none of RGRL's, or the node out of range.
        DataError: If the anchors are no nodes, or the graph has no edges.

    Example:
        >>> import rgrl
        >>> from rgrl.graph.augment import Identity
        >>> from rgrl.nn import GCNEncoder
        >>> graph = rgrl.load_dataset("karate").graph
        >>> model = rgrl.RGRL(GCNEncoder(34, (8,)), views=(Identity(), Identity()), num_anchors=16)
        >>> relation = node_relation(model, graph, 0, generator=torch.Generator().manual_seed(0))
        >>> relation.global_teacher.shape, relation.local_teacher.shape
        (torch.Size([16]), torch.Size([4]))
    """
    if not isinstance(model, RGRL):
        raise ConfigError(f"the model is a {type(model).__name__}: only RGRL has relations to draw")
    if not 0 <= node < graph.num_nodes:
        raise ConfigError(f"node is {node}: 0 to {graph.num_nodes - 1} are accepted")
    given = None if anchors is None else _checked_anchors(anchors, graph.num_nodes)
    plan = model.plan(graph, cache=cache)
    shared = plan.sampler(generator) if given is None else given
    local = plan.local or model.local_anchors(graph, cache=cache)
    own = local.index[node][local.mask[node]].cpu()
    with inference(model):
        view = graph.view()
        p = l2_normalize(model.predictor(model.encoder(view)))[node].cpu().double()
        t = l2_normalize(model.teacher(view)).cpu().double()
    wide, near = model.global_loss, model.local_loss
    return Relation(
        node=int(node),
        global_anchors=shared,
        global_teacher=_relation(t[node], t[shared], wide.teacher_temperature),
        global_student=_relation(p, t[shared], wide.student_temperature),
        local_anchors=own,
        local_teacher=_relation(t[node], t[own], near.teacher_temperature),
        local_student=_relation(p, t[own], near.student_temperature),
    )


def _relation(row: Tensor, anchors: Tensor, temperature: float) -> Tensor:
    return (anchors @ row / temperature).softmax(dim=0)


def _checked_anchors(anchors: Any, num_nodes: int) -> Tensor:
    rows = checked_rows(anchors, "anchors", num_nodes)
    twice = rows.size - np.unique(rows).size
    if twice:
        raise DataError(f"anchors name {twice} nodes twice: once is needed")
    return torch.from_numpy(rows)
