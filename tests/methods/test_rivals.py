"""What the rival methods have in common, each trained on karate."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from rgrl.datasets import load_dataset
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.methods import BGRL, CCASSG, DGI, GRACE, Method
from rgrl.nn import GCNEncoder
from rgrl.training import train

VIEW = Compose([FeatureMask(0.2), EdgeDrop(0.2)])

RIVALS: dict[str, Callable[[GCNEncoder, torch.Generator], Method]] = {
    "dgi": lambda encoder, generator: DGI(encoder, generator=generator),
    "grace": lambda encoder, generator: GRACE(
        encoder, views=(VIEW, VIEW), projector_hidden=8, generator=generator
    ),
    "bgrl": lambda encoder, generator: BGRL(
        encoder, views=(VIEW, VIEW), predictor_hidden=8, total_updates=40, generator=generator
    ),
    "cca-ssg": lambda encoder, _: CCASSG(encoder, views=(VIEW, VIEW)),
}
every_rival = pytest.mark.parametrize("name", RIVALS)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return load_dataset("karate").graph


def make(name: str, norm: str = "none", seed: int = 0) -> Method:
    generator = torch.Generator().manual_seed(seed)
    return RIVALS[name](GCNEncoder(34, (16, 8), norm=norm, generator=generator), generator)


@every_rival
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_training_lowers_the_loss(name, precision, graph):
    updates = train(
        make(name),
        graph,
        epochs=40,
        learning_rate=0.01,
        precision=precision,
        generator=torch.Generator().manual_seed(0),
    )
    losses = [update.loss.item() for update in updates]
    assert sum(losses[-5:]) < 0.95 * sum(losses[:5])


@every_rival
@pytest.mark.parametrize("norm", ["batch", "frozen", "layer"])
def test_embedding_disturbs_nothing_and_a_seed_gives_its_bits(name, norm, graph):
    def run(seed: int, *, look: bool) -> torch.Tensor:
        model = make(name, norm, seed)
        for _ in train(model, graph, epochs=4, generator=torch.Generator().manual_seed(seed)):
            if look:
                model.embed(graph)
        return model.embed(graph)

    state = torch.get_rng_state()
    first = run(0, look=False)
    assert torch.equal(first, run(0, look=True))
    assert not torch.equal(first, run(1, look=False))
    assert torch.equal(state, torch.get_rng_state())
    assert first.shape == (34, 8)
    assert not first.requires_grad


@every_rival
def test_frozen_statistics_move_in_the_first_update_only(name, graph):
    model = make(name, "frozen")
    norm = model.encoder.norms[0]
    seen = [norm.running_mean.clone() for _ in train(model, graph, epochs=3, generator=torch.Generator())]
    assert seen[0].abs().sum() > 0
    assert torch.equal(seen[0], seen[1])
    assert torch.equal(seen[0], seen[2])
