"""Running a module without leaving a trace in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def inference(module: nn.Module) -> Iterator[None]:
    """Run ``module`` in eval mode and without gradient, then put every submodule's mode back.

    Batch norm left in train mode would take the evaluation into its statistics; left in eval mode it would
    change the training that follows.
    """
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, mode in modes:
            part.training = mode
