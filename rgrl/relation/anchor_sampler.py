"""Drawing global anchors, the rarer the higher a node's degree."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rgrl.errors import ConfigError


def inverse_degree_weights(degree: Tensor, *, alpha: float, beta: float) -> Tensor:
    """Unnormalised probability of each node to be an anchor: ``w_i = min(1, α^ln(deg_i + 1) + β)``.

    Since ``α^ln(d+1) = (d+1)^ln α`` it is a power law in the degree with a floor.

    Args:
        degree: Degrees, ``[N]``.
        alpha: α in (0, 1]; 1 is uniform, smaller draws high degrees less.
        beta: β of at least 0, the floor.

    Returns:
        float64 ``[N]``.

    Raises:
        ConfigError: If alpha or beta is out of range.

    Example:
        >>> inverse_degree_weights(torch.tensor([0, 10]), alpha=0.9, beta=0.1).tolist()
        [1.0, 0.8767...]
    """
    if not 0.0 < alpha <= 1.0:
        raise ConfigError(f"alpha is {alpha}: a number above 0 and at most 1 is needed")
    if not beta >= 0.0:
        raise ConfigError(f"beta is {beta}: a number of at least 0 is needed")
    return ((torch.log1p(degree.double()) * math.log(alpha)).exp() + beta).clamp(max=1.0)


class AnchorSampler:
    """Draws anchors without replacement, node i with a probability that falls with its degree.

    RGRL's S (Lee et al., CIKM 2022): ``Pr(i) = w_i / Σ w``, see :func:`rgrl.relation.inverse_degree_weights`.

    Args:
        degree: Degrees, ``[N]``.
        num_anchors: m; with fewer nodes than that, every node is an anchor.
        alpha: Skew, see :func:`inverse_degree_weights`.
        beta: Floor.

    Raises:
        ConfigError: If an argument is out of range.

    Example:
        >>> sampler = AnchorSampler(torch.ones(10), num_anchors=3)
        >>> sampler(torch.Generator().manual_seed(0)).shape
        torch.Size([3])
    """

    def __init__(self, degree: Tensor, *, num_anchors: int, alpha: float = 0.9, beta: float = 0.1) -> None:
        if num_anchors < 1:
            raise ConfigError(f"num_anchors is {num_anchors}: at least 1 is needed")
        self.num_anchors = min(num_anchors, degree.numel())
        self.log_weights = inverse_degree_weights(degree.cpu(), alpha=alpha, beta=beta).log()

    def __call__(self, generator: torch.Generator | None = None) -> Tensor:
        """Draw anchors, int64 ``[min(m, N)]``, on the CPU.

        The exponential race: of ``E_i / w_i`` with ``E_i ~ Exp(1)``, the m smallest are a weighted draw
        without replacement.
        """
        race = torch.empty_like(self.log_weights).exponential_(generator=generator).log_()
        return torch.topk(race.sub_(self.log_weights), self.num_anchors, largest=False, sorted=False).indices
