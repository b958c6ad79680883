from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.metrics import average_precision_score, roc_auc_score

from rgrl.datasets import load_dataset, split_edges
from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import Report, link_prediction

NODES = 80
METRICS = ["auc", "ap", "hits@10", "hits@50", "hits@100", "mrr"]


def make_split(seed: int = 0) -> tuple[torch.Tensor, SimpleNamespace]:
    """Two groups, edges within them and random pairs across; hard negatives within a group."""
    generator = torch.Generator().manual_seed(seed)
    group = torch.arange(NODES) % 2
    z = torch.randn(NODES, 8, generator=generator)
    z[:, 0] += 3.0 * (2 * group - 1)

    def within(count: int) -> torch.Tensor:
        u, v = torch.randint(NODES, (2, count), generator=generator)
        return torch.stack([u, (v - v % 2 + u % 2) % NODES])

    def across(count: int) -> torch.Tensor:
        u, v = torch.randint(NODES, (2, count), generator=generator)
        return torch.stack([u, v - v % 2 + 1 - u % 2])

    split = SimpleNamespace(
        num_nodes=NODES,
        train=within(300),
        val=within(90),
        test=within(120),
        train_negatives=across(300),
        negatives_random=SimpleNamespace(val=across(90), test=across(120)),
        negatives_hard=SimpleNamespace(val=within(90), test=within(120)),
    )
    return z, split


def test_scores_are_those_of_the_scorer_on_its_pairs() -> None:
    z, split = make_split()
    report = link_prediction(z, split, scorers=["cosine", "dot"])
    values = z.double().numpy()
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    for kind in ("random", "hard"):
        for part, prefix in (("test", ""), ("val", "val/")):
            positive = getattr(split, part).numpy()
            pairs = np.concatenate([positive, getattr(getattr(split, f"negatives_{kind}"), part)], axis=1)
            label = np.arange(pairs.shape[1]) < positive.shape[1]
            for scorer, rows in (("cosine", unit), ("dot", values)):
                scores = (rows[pairs[0]] * rows[pairs[1]]).sum(1)
                scores = scores.astype(np.float32) if scorer == "cosine" else scores  # ties of parallel rows
                auc, ap = roc_auc_score(label, scores), average_precision_score(label, scores)
                assert report.mean(f"{prefix}{kind}/{scorer}/auc") == pytest.approx(auc, abs=1e-4)
                assert report.mean(f"{prefix}{kind}/{scorer}/ap") == pytest.approx(ap, abs=1e-4)


def test_report_has_every_name_once_the_test_scores_first() -> None:
    report = link_prediction(*make_split())
    names = [
        f"{prefix}{kind}/{rest}"
        for prefix in ("", "val/")
        for kind in ("random", "hard")
        for rest in ["two_hops", *(f"{s}/{m}" for s in ("cosine", "dot", "hadamard") for m in METRICS)]
    ]
    assert list(report.scores) == names
    assert report.task == "link_prediction"
    assert report.repetitions == 1
    assert Report.from_dict(report.to_dict()) == report


def test_the_regression_weighs_what_a_plain_product_cannot() -> None:
    """One dimension tells the groups apart; the others are large and noise."""
    z, split = make_split()
    z[:, 1:] *= 8
    report = link_prediction(z, split, negatives=["random"])
    assert report.mean("random/hadamard/auc") > 0.95
    assert report.mean("random/dot/auc") < 0.85


def test_strength_is_chosen_on_validation_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where validation and test ask for opposite weights, validation has its way."""
    z, split = make_split()
    right, wrong = np.eye(8)[0], -np.eye(8)[0]
    monkeypatch.setitem(link_prediction.__globals__, "hadamard_path", lambda *_, **__: [wrong, right, wrong])
    report = link_prediction(z, split, scorers=["hadamard"])
    assert report.mean("val/random/hadamard/auc") > 0.9
    assert report.mean("random/hadamard/auc") > 0.9
    split.negatives_random.val, split.val = split.val, split.negatives_random.val
    swapped = link_prediction(z, split, scorers=["hadamard"], negatives=["random"])
    assert swapped.mean("val/random/hadamard/auc") > 0.9
    assert swapped.mean("random/hadamard/auc") < 0.1


def test_held_out_pairs_do_not_reach_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    z, split = make_split()
    given = []
    fit = link_prediction.__globals__["hadamard_path"]

    def spy(features: Any, positive: np.ndarray, negative: np.ndarray, *rest: Any, **named: Any) -> Any:
        given.append((positive, negative))
        return fit(features, positive, negative, *rest, **named)

    monkeypatch.setitem(link_prediction.__globals__, "hadamard_path", spy)
    link_prediction(z, split)
    ((positive, negative),) = given
    assert np.array_equal(positive, split.train)
    assert np.array_equal(negative, split.train_negatives)


def test_share_of_pairs_two_hops_apart_is_reported() -> None:
    z = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    hard = torch.tensor([[0, 3], [2, 5]])
    split = SimpleNamespace(
        num_nodes=6,
        train=torch.tensor([[0, 1], [1, 2]]),
        val=torch.tensor([[3], [4]]),
        test=torch.tensor([[4], [5]]),
        negatives_hard=SimpleNamespace(val=hard[:, :1], test=hard),
    )
    report = link_prediction(z, split, negatives=["hard"], scorers=["dot"])  # type: ignore[arg-type]
    assert report.mean("hard/two_hops") == 0.5  # 3 and 5 meet in 4 by held-out edges only
    assert report.mean("val/hard/two_hops") == 1


def test_form_of_the_embeddings_changes_nothing_and_same_seed_same_bits() -> None:
    z, split = make_split()
    z = z * (torch.rand(z.shape, generator=torch.Generator().manual_seed(1)) < 0.1)
    first = link_prediction(z, split)
    assert first == link_prediction(z, split)
    assert first == link_prediction(z.double().numpy(), split, seed=5)
    for other in (z.to_sparse(), sparse.csr_matrix(z.numpy())):
        found = link_prediction(other, split)
        for name in first.scores:
            assert found.mean(name) == pytest.approx(first.mean(name), abs=1e-3), name


def test_a_split_of_a_real_graph() -> None:
    split = split_edges(load_dataset("karate").graph)
    view = split.train_graph.view()
    report = link_prediction(view.propagate(split.train_graph.x.to_dense()), split)
    assert report.mean("hard/two_hops") == 1
    assert report.mean("random/cosine/hits@10") == 1  # seven negatives, as ogb


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"negatives": ["easy"]}, r"negatives are \['easy'\].*random, hard are accepted"),
        ({"negatives": []}, r"negatives are \[\]: at least one is needed"),
        ({"scorers": ["cosine", "mlp"]}, r"scorers are \['cosine', 'mlp'\].*cosine, dot, hadamard are"),
        ({"scorers": ()}, r"scorers are \[\]"),
        ({"seed": -1}, "seed is -1: 0 to 4294967295 is accepted"),
    ],
)
def test_refuses_settings(arguments: dict, complaint: str) -> None:
    z, split = make_split()
    with pytest.raises(ConfigError, match=complaint):
        link_prediction(z, split, **arguments)


def test_refuses_embeddings_that_do_not_fit() -> None:
    z, split = make_split()
    with pytest.raises(DataError, match="embeddings have 79 rows: one for each of 80 nodes is needed"):
        link_prediction(z[1:], split)
    z[3, 2] = float("nan")
    with pytest.raises(DataError, match="1 of 640 values are NaN or infinite, the first in row 3"):
        link_prediction(z, split)
    with pytest.raises(DataError, match=r"embeddings have shape \[80\]"):
        link_prediction(z[:, 0], split)


@pytest.mark.parametrize(
    ("pairs", "complaint"),
    [
        (torch.tensor([[0], [NODES]]), "reaches from 0 to 80: the nodes are 0 to 79"),
        (torch.tensor([[-1], [0]]), "reaches from -1"),
        (torch.tensor([[0.5], [1.0]]), "has dtype float32: integers are needed"),
        (torch.empty(2, 0, dtype=torch.int64), r"has shape \[2, 0\]"),
        (torch.tensor([0, 1]), r"has shape \[2\]: \[2, m\] with at least one pair is needed"),
    ],
)
def test_refuses_pairs_that_are_none(pairs: torch.Tensor, complaint: str) -> None:
    for name in ("train", "val", "test", "train_negatives"):
        z, split = make_split()
        setattr(split, name, pairs)
        with pytest.raises(DataError, match=f"^{name} {complaint}"):
            link_prediction(z, split)
    z, split = make_split()
    split.negatives_hard.test = pairs
    with pytest.raises(DataError, match=rf"^negatives_hard\.test {complaint}"):
        link_prediction(z, split)
