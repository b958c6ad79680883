"""The optimiser against torch's own."""

from __future__ import annotations

import subprocess
import sys

import torch

from rgrl.training.adamw import AdamW


def parameters(seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator).requires_grad_() for shape in ((5, 3), (3,), (1,))]


def test_it_takes_torchs_steps_bit_for_bit() -> None:
    ours, theirs = parameters(), parameters()
    optimizer = AdamW(ours, lr=0.01, weight_decay=0.1)
    expected = torch.optim.AdamW(theirs, lr=0.01, weight_decay=0.1, fused=True)
    for step in range(5):
        for own, other in zip(ours, theirs, strict=True):
            for tensor in (own, other):
                tensor.grad = None
                (tensor.sin() * (step + 1)).sum().backward()
        optimizer.step()
        expected.step()
        for own, other in zip(ours, theirs, strict=True):
            assert torch.equal(own, other)


def test_a_parameter_without_gradient_stays_and_counts_no_step() -> None:
    ours, theirs = parameters(), parameters()
    optimizer = AdamW(ours, lr=0.01, weight_decay=0.1)
    expected = torch.optim.AdamW(theirs, lr=0.01, weight_decay=0.1, fused=True)
    for reached in ([0], [0, 1], [1, 2]):
        optimizer.zero_grad()
        expected.zero_grad()
        for own, other in ((ours[i], theirs[i]) for i in reached):
            (own**2).sum().backward()
            (other**2).sum().backward()
        optimizer.step()
        expected.step()
    for own, other in zip(ours, theirs, strict=True):
        assert torch.equal(own, other)


def test_training_loads_no_compiler() -> None:
    """A second of every run went into an import that nothing used."""
    program = """
import sys
import torch, rgrl
from rgrl.graph.augment import EdgeDrop
from rgrl.nn import GCNEncoder
graph = rgrl.load_dataset("karate").graph
model = rgrl.RGRL(GCNEncoder(graph.num_features, (4,)), views=(EdgeDrop(0.1),) * 2, num_anchors=4)
list(rgrl.train(model, graph, epochs=1))
print([name for name in ("torch._dynamo", "sympy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
