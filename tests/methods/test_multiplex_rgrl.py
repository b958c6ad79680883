from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.graph import Graph, View
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask, Identity
from rgrl.methods import RGRL, Method, MultiplexRGRL
from rgrl.nn import GCNEncoder
from rgrl.training import train


def make_union() -> Graph:
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(28, (2, 60), generator=generator)  # nodes 28 and 29 stay isolated
    edges = torch.cat([edges, edges.flip(0)], 1)
    return Graph.from_edge_index(edges, x=(torch.rand(30, 12, generator=generator) < 0.3).float())


def make_relations(union: Graph, count: int) -> dict[str, Graph]:
    """Each undirected edge in one relation."""
    number = union.edge_index.sum(0) % count
    return {
        f"relation {r}": Graph.from_edge_index(union.edge_index[:, number == r], x=union.x)
        for r in range(count)
    }


def make_model(
    seed: int = 0, views: tuple = (Identity(), Identity()), norm: str = "batch", **arguments
) -> RGRL:
    generator = torch.Generator().manual_seed(seed)
    return RGRL(
        GCNEncoder(12, (16, 8), norm=norm, generator=generator),
        views=views,
        generator=generator,
        **{"predictor_hidden": 8, "num_anchors": 6, "num_local_anchors": 3, "local_weight": 0.7, **arguments},
    )


class OnlyRelation:
    """A fixed view: the edges of one relation and no others."""

    def __init__(self, relation: Graph) -> None:
        self.kept = set(zip(*relation.edge_index.tolist(), strict=True))

    def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
        pattern = view.graph.pattern
        pairs = zip(pattern.col.tolist(), pattern.row.tolist(), strict=True)
        return replace(view, edge_keep=torch.tensor([a == b or (a, b) in self.kept for a, b in pairs]))


@pytest.mark.parametrize("norm", ["batch", "frozen", "none"])
def test_two_relations_are_rgrl_with_two_fixed_views_of_their_union(norm):
    union = make_union()
    relations = make_relations(union, 2)
    plain = make_model(views=tuple(map(OnlyRelation, relations.values())), norm=norm)
    multiplex = MultiplexRGRL(make_model(norm=norm), relations)
    for _ in range(2):  # a second time, after updates of student, teacher and statistics
        losses = [
            [u.loss.item() for u in train(m, union, epochs=3, generator=torch.Generator().manual_seed(4))]
            for m in (plain, multiplex)
        ]
        assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    for ours, theirs in zip(multiplex.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@given(count=st.integers(2, 4), seed=st.integers(0, 9))
@settings(max_examples=8)
def test_loss_gradient_and_embedding_are_the_formulas(count, seed):
    union = make_union()
    relations = make_relations(union, count)
    model = make_model(seed, norm="layer")
    multiplex, twin = MultiplexRGRL(model, relations), copy.deepcopy(model)
    with torch.no_grad():  # a teacher that is not the student
        for moved in (model, twin):
            moved.teacher.module.convs[0].weight.mul_(0.5)
    plan = multiplex.plan(union)
    loss = torch.stack(list(multiplex.losses(plan, torch.Generator().manual_seed(5)))).sum()
    loss.backward()

    anchors, local = plan.union.sampler(torch.Generator().manual_seed(5)), plan.union.local
    p = [F.normalize(twin.predictor(twin.encoder(r.view()))) for r in relations.values()]
    t = [F.normalize(twin.teacher(r.view())) for r in relations.values()]
    expected, pairs = torch.zeros(()), 0
    linked = [i for i in range(30) if union.degree[i] > 0]
    for a in range(count):
        for b in range(count):
            if a == b:
                continue
            pairs += 1
            q, k = (p[a] @ t[b][anchors].T / 0.1).log_softmax(1), (t[b] @ t[b][anchors].T / 0.01).softmax(1)
            expected = expected + F.kl_div(q, k, reduction="batchmean")
            for i in linked:
                own = t[b][local.index[i][local.mask[i]]]
                q, k = (own @ p[a][i] / 0.1).log_softmax(0), (own @ t[b][i] / 1.0).softmax(0)
                expected = expected + 0.7 * F.kl_div(q, k, reduction="sum") / len(linked)
    expected = 2 * expected / pairs
    expected.backward()
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=1e-6)
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        if theirs.requires_grad:
            torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-4, atol=1e-6)
    mean = sum(twin.encoder(r.view()) for r in relations.values()) / count
    torch.testing.assert_close(multiplex.embed(union), mean.detach())


def test_the_two_augmentations_take_turns():
    seen = []

    class Spy:
        def __init__(self, name: str) -> None:
            self.name = name

        def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
            seen.append((self.name, view.graph.num_edges))
            return view

    union = make_union()
    relations = make_relations(union, 3)
    multiplex = MultiplexRGRL(make_model(views=(Spy("first"), Spy("second"))), relations)
    list(multiplex.losses(multiplex.plan(union)))
    sizes = [relation.num_edges for relation in relations.values()]
    assert seen == list(zip(("first", "second", "first"), sizes, strict=True))


def test_training_learns_is_repeatable_and_embedding_disturbs_nothing():
    union = make_union()
    view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])

    def run(evaluate: bool) -> tuple[list[float], torch.Tensor]:
        method: Method = MultiplexRGRL(make_model(views=(view, view)), make_relations(union, 3))
        losses = []
        for update in train(method, union, epochs=40, learning_rate=0.01, generator=torch.Generator()):
            losses.append(update.loss.item())
            if evaluate:
                method.embed(union)
        return losses, method.embed(union)

    losses, embedding = run(evaluate=False)
    again, same = run(evaluate=True)
    assert losses == again
    assert torch.equal(embedding, same)
    assert embedding.shape == (30, 8)
    assert not embedding.requires_grad
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


def test_a_relation_without_edges_and_a_single_node_are_ordinary():
    graph = Graph.from_edge_index([[0], [0]], x=torch.ones(1, 12))
    empty = Graph.from_edge_index(torch.empty(2, 0), x=torch.ones(1, 12))
    multiplex = MultiplexRGRL(make_model(norm="layer"), {"loop": graph, "nothing": empty})
    assert all(torch.isfinite(part) for part in multiplex.losses(multiplex.plan(graph)))


def test_bad_input_is_named():
    union = make_union()
    relations = make_relations(union, 2)
    with pytest.raises(ConfigError, match=r"1 relations were given \(MAM\): MultiplexRGRL needs at least 2"):
        MultiplexRGRL(make_model(), {"MAM": union})
    other = Graph.from_edge_index([[0], [1]], x=torch.ones(4, 12))
    with pytest.raises(
        DataError, match=r"relation 'MDM' has 4 nodes and 12 features, but relation 'MAM' has 30"
    ):
        MultiplexRGRL(make_model(), {"MAM": union, "MDM": other})
    narrow = Graph.from_edge_index([[0], [1]], x=torch.ones(30, 5))
    with pytest.raises(DataError, match="'MDM' has 30 nodes and 5 features"):
        MultiplexRGRL(make_model(), {"MAM": union, "MDM": narrow})
    multiplex = MultiplexRGRL(make_model(), relations)
    for call in (multiplex.plan, multiplex.embed):
        with pytest.raises(DataError, match="the union graph has 4 nodes"):
            call(other)
    edgeless = Graph.from_edge_index(torch.empty(2, 0), x=union.x)
    with pytest.raises(DataError, match="30 nodes and 0 edges"):
        MultiplexRGRL(make_model(), {"a": edgeless, "b": edgeless}).plan(edgeless)
