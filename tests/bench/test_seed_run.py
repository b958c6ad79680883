from __future__ import annotations

import dataclasses

import pytest
import torch

from rgrl.bench import pretrain
from rgrl.bench.build import build_method
from rgrl.bench.probes import classification_probe
from rgrl.bench.seed_record import seed_record
from rgrl.bench.seed_run import run_seed
from rgrl.datasets import Dataset, load_dataset
from rgrl.evaluate import ProbeReport, linear_probe, logistic_regression
from rgrl.presets import load_preset
from rgrl.training import Update, train


class Watcher:
    def __init__(self) -> None:
        self.moments = []

    def note(self, text: str) -> None: ...

    def update(self, moment) -> None:
        self.moments.append(moment)


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture(scope="module")
def karate() -> Dataset:
    return load_dataset("karate")


def run(dataset: Dataset, watcher: Watcher, **changes: object):
    return run_method(dataset, watcher, None, **changes)


def run_method(
    dataset: Dataset, watcher: Watcher, method: object, *, budget_s: float | None = None, **changes
):
    preset = load_preset("rgrl-karate").replace(changes)
    generator = torch.Generator().manual_seed(4)
    return run_seed(
        method or build_method(preset, dataset.graph.num_features, generator),
        dataset.graph,
        preset,
        probe=classification_probe(dataset),
        name=dataset.name,
        seed=4,
        seeds=5,
        generator=generator,
        observer=watcher,
        budget_s=budget_s,
    )


class Scripted:
    """A method whose embedding after each update is written down; training does nothing."""

    def __init__(self, embeddings: dict[int, torch.Tensor], otherwise: torch.Tensor) -> None:
        self.embeddings, self.otherwise = embeddings, otherwise
        self.weight = torch.nn.Parameter(torch.zeros(3, 2))
        self.number = 0
        self.keywords: dict[str, object] = {}

    def to(self, _: object) -> Scripted:
        return self

    def parameters(self):
        return [self.weight, torch.nn.Parameter(torch.zeros(50), requires_grad=False)]

    def embed(self, _: object) -> torch.Tensor:
        return self.embeddings.get(self.number, self.otherwise)

    def train(self, *_: object, epochs: int, **keywords: object):
        self.keywords = keywords
        for self.number in range(1, epochs + 1):
            yield Update(self.number, torch.tensor(10.0 / self.number))


@pytest.fixture
def scripted(karate: Dataset, monkeypatch) -> Scripted:
    """A run whose sixth update is the best: its embedding holds the labels, the others hold noise."""
    labels = torch.nn.functional.one_hot(karate.graph.y).float()
    noise = torch.randn(34, 2, generator=torch.Generator().manual_seed(0))
    method = Scripted({6: 3 * labels}, noise)
    monkeypatch.setattr(pretrain, "train", method.train)
    return method


def test_what_is_chosen_kept_and_reported_is_the_best_evaluation(karate, scripted, watcher):
    found = run_method(
        karate, watcher, scripted, epochs=13, learning_rate=0.02, weight_decay=0.03, precision="bf16"
    )
    assert [point.update for point in found.curve] == [0, 1, 6, 11, 13]
    assert [point.loss for point in found.curve] == pytest.approx([None, 10, 10 / 6, 10 / 11, 10 / 13])
    assert (found.seed, found.best.update, found.untrained.update, found.last.update) == (4, 6, 0, 13)
    assert torch.equal(found.embedding, scripted.embeddings[6])
    assert found.best.probe == linear_probe(found.embedding, karate.graph.y, karate.splits)
    assert found.best.probe.test_mean > 95
    assert found.last.probe == linear_probe(scripted.otherwise, karate.graph.y, karate.splits)
    assert torch.equal(found.last_embedding, scripted.otherwise)
    record = seed_record(found, karate)
    for name, embedding in (("test", found.embedding), ("last", scripted.otherwise)):
        fit = logistic_regression(embedding, karate.graph.y, karate.splits)
        assert record[f"converged_{name}_mean"] == fit.scores.test_mean
    assert record["converged_test_mean"] != record["converged_last_mean"]
    assert found.parameters == 6
    assert (scripted.keywords["learning_rate"], scripted.keywords["weight_decay"]) == (0.02, 0.03)
    assert scripted.keywords["precision"] == "bf16"
    assert isinstance(scripted.keywords["generator"], torch.Generator)


def test_validation_alone_chooses_and_the_earliest_wins_a_tie(karate, scripted, watcher, monkeypatch):
    scores = iter([(50.0, 90.0), (60.0, 10.0), (60.0, 99.0), (55.0, 95.0)])

    def probe(*_: object, **__: object) -> ProbeReport:
        val, test = next(scores)
        return ProbeReport(val=(val,), test=(test,))

    monkeypatch.setattr("rgrl.bench.probes.linear_probe", probe)
    assert run_method(karate, watcher, scripted, epochs=7).best.update == 1


def test_patience_counts_the_evaluations_since_the_best(karate, scripted, watcher):
    found = run_method(karate, watcher, scripted, epochs=100, patience=2)
    assert [point.update for point in found.curve] == [0, 1, 6, 11, 16]
    assert (found.best.update, found.last.update) == (6, 16)
    assert [
        point.update for point in run_method(karate, watcher, scripted, epochs=100, patience=1).curve
    ] == [0, 1]


def test_the_observer_is_told_of_each_evaluation(karate, scripted, watcher):
    found = run_method(karate, watcher, scripted, epochs=7)
    assert [moment.update for moment in watcher.moments] == [0, 1, 6, 7]
    moment = watcher.moments[2]
    assert (moment.name, moment.seed, moment.seeds, moment.epochs) == ("karate", 4, 5, 7)
    assert (moment.loss, moment.val) == (found.best.loss, found.best.probe.val_mean)


@pytest.mark.parametrize(
    ("setting", "value"), [("learning_rate", 0.002), ("weight_decay", 50.0), ("momentum", 0.1)]
)
def test_a_setting_of_the_preset_changes_the_training(karate, watcher, setting, value):
    plain = run(karate, watcher, epochs=3)
    changed = run(karate, watcher, epochs=3, **{setting: value})
    assert plain.curve[0] == changed.curve[0]
    assert plain.last.loss != changed.last.loss


def test_the_training_is_that_of_the_library(karate, watcher):
    preset = load_preset("rgrl-karate").replace({"epochs": 2})
    generator = torch.Generator().manual_seed(4)
    method = build_method(preset, karate.graph.num_features, generator)
    updates = train(method, karate.graph, epochs=2, precision=preset.precision, generator=generator)
    assert [point.loss for point in run(karate, watcher, epochs=2).curve[1:]] == [
        float(update.loss) for update in updates
    ]


def test_a_budget_ends_the_training_with_an_evaluation(karate, scripted, watcher):
    found = run_method(karate, watcher, scripted, epochs=100, budget_s=0.0)
    assert [point.update for point in found.curve] == [0, 1]
    assert found.ended_by == "budget"
    assert run_method(karate, watcher, scripted, epochs=1, budget_s=0.0).ended_by == "epochs", "it got all"
    assert run_method(karate, watcher, scripted, epochs=7, budget_s=1e9).ended_by == "epochs"
    assert run_method(karate, watcher, scripted, epochs=100, patience=2).ended_by == "patience"


def test_without_labels_the_last_embedding_is_chosen(karate, scripted, watcher):
    preset = load_preset("rgrl-karate").replace({"epochs": 7})
    found = run_seed(
        scripted,
        karate.graph,
        preset,
        probe=None,
        name="karate",
        seed=0,
        seeds=1,
        generator=torch.Generator(),
        observer=watcher,
    )
    assert (found.best.update, found.best.probe) == (7, None)
    assert torch.equal(found.embedding, scripted.otherwise)
    assert [moment.val for moment in watcher.moments] == [None] * 4


def test_scrambled_test_labels_change_neither_epoch_nor_embedding(karate, watcher):
    """Whatever is chosen is chosen on validation: test labels may say anything."""
    tested = torch.tensor(karate.splits[0].test)
    labels = karate.labels.clone()
    labels[tested] = 1 - labels[tested]
    one_split = dataclasses.replace(karate, splits=karate.splits[:1])
    plain = run(one_split, watcher, epochs=30, learning_rate=0.02)
    scrambled = run(dataclasses.replace(one_split, labels=labels), watcher, epochs=30, learning_rate=0.02)
    assert plain.best.update == scrambled.best.update
    assert torch.equal(plain.embedding, scrambled.embedding)
    assert plain.best.probe.val == scrambled.best.probe.val
    assert plain.best.probe.test_mean == pytest.approx(100 - scrambled.best.probe.test_mean)
