"""Batch normalisation as the released RGRL code ran it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class FrozenBatchNorm(nn.BatchNorm1d):
    """Batch norm whose statistics stop moving at :meth:`freeze`; weight and bias learn on.

    The released code trains its first update in train mode and all later ones in eval mode, because its
    evaluation switches the mode and nothing switches it back. The running statistics then have seen one
    update at momentum 0.01 and stay near mean 0 and variance 1, so that the layer is close to an affine map.
    It maps ``[N, d]`` to ``[N, d]``.

    Args:
        num_features: d.
        momentum: Weight of a batch in the running statistics.
    """

    frozen: Tensor

    def __init__(self, num_features: int, *, momentum: float = 0.01) -> None:
        super().__init__(num_features, momentum=momentum)
        self.register_buffer("frozen", torch.tensor(False))
        self._frozen = False

    @property
    def is_frozen(self) -> bool:
        """Whether :meth:`freeze` was called; known without asking the device."""
        return self._frozen

    def freeze(self) -> None:
        """Use the running statistics from now on, in training too."""
        if self._frozen:
            return
        self.frozen.fill_(True)
        self._frozen = True

    def forward(self, hidden: Tensor) -> Tensor:
        """Normalise ``[N, d]``."""
        if self.training and not self._frozen:
            return super().forward(hidden)
        return F.batch_norm(
            hidden, self.running_mean, self.running_var, self.weight, self.bias, training=False, eps=self.eps
        )

    def _load_from_state_dict(self, *args: object, **kwargs: object) -> None:
        super()._load_from_state_dict(*args, **kwargs)
        self._frozen = bool(self.frozen)


def freeze_batch_norms(module: nn.Module) -> None:
    """Freeze every :class:`FrozenBatchNorm` inside ``module``; methods do so after an update."""
    for part in module.modules():
        if isinstance(part, FrozenBatchNorm):
            part.freeze()
