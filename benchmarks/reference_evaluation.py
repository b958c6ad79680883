"""RGRL's evaluation in the straightforward way, for ``end_to_end.py`` to measure against.

Written from the description of the released code: the encoder in eval mode embeds the graph, and one split
after the other trains a fresh linear classifier for a hundred full-batch steps of Adam by autograd.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from reference import ReferenceStep
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.datasets import Split


def reference_evaluation(
    step: ReferenceStep, labels: Tensor, splits: Sequence[Split], *, steps: int = 100, lr: float = 0.01
) -> tuple[list[float], list[float]]:
    """Accuracy in per cent on the validation and the test rows of every split.

    Args:
        step: Whose encoder is evaluated.
        labels: Class of every node, ``[N]``.
        splits: The splits.
        steps: Updates of a classifier.
        lr: Adam's step size.
    """
    mode = step.encoder.training
    step.encoder.eval()
    with torch.no_grad():
        embeddings = step.encoder(step.x, step.edge_index, torch.ones(step.edge_index.shape[1]))
    step.encoder.train(mode)
    num_classes = int(labels.max()) + 1
    val, test = [], []
    for split in splits:
        rows = [torch.tensor(part) for part in (split.train, split.val, split.test)]
        (x, x_val, x_test), (y, y_val, y_test) = [embeddings[r] for r in rows], [labels[r] for r in rows]
        classifier = nn.Linear(embeddings.shape[1], num_classes)
        nn.init.xavier_uniform_(classifier.weight)
        nn.init.zeros_(classifier.bias)
        optimizer = torch.optim.Adam(classifier.parameters(), lr=lr)
        for _ in range(steps):
            optimizer.zero_grad()
            F.cross_entropy(classifier(x), y).backward()
            optimizer.step()
        with torch.no_grad():
            val.append(accuracy(classifier(x_val), y_val))
            test.append(accuracy(classifier(x_test), y_test))
    return val, test


def accuracy(scores: Tensor, labels: Tensor) -> float:
    """Per cent of rows whose largest score is the label's."""
    return 100 * float((scores.argmax(dim=1) == labels).float().mean())
