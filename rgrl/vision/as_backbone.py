"""Other libraries' image networks as backbones."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from rgrl.errors import ConfigError

#: Where torchvision's and timm's networks keep their classifier.
_CLASSIFIERS = ("fc", "classifier", "head", "heads")


def as_backbone(model: nn.Module) -> nn.Module:
    """Take the classifier off a network of torchvision or timm, so that it gives features.

    Of the part named ``fc``, ``classifier``, ``head`` or ``heads`` the first linear layer and what follows is
    left out, and dropout; what that layer reads becomes the embedding. The network is changed in place and
    neither library is imported.

    Args:
        model: Maps images ``[B, 3, H, W]`` to classes ``[B, C]``.

    Returns:
        A module that maps images to ``[B, embedding_dim]``.

    Raises:
        ConfigError: If no classifier is found.

    Example:
        >>> import torch
        >>> class Network(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.pool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(3, 1000)
        ...     def forward(self, images):
        ...         return self.fc(self.pool(images).flatten(1))
        >>> backbone = as_backbone(Network())
        >>> backbone(torch.zeros(2, 3, 8, 8)).shape, backbone.embedding_dim
        (torch.Size([2, 3]), 3)
    """
    if not isinstance(model, nn.Module):
        raise ConfigError(f"the backbone is a {type(model).__name__}: a torch.nn.Module is needed")
    width = getattr(model, "num_features", None)
    if hasattr(model, "reset_classifier") and isinstance(width, int):  # timm
        reset: Any = model.reset_classifier
        reset(0)
        # Some of timm's networks widen their features once more after `num_features`.
        wider = getattr(model, "head_hidden_size", None)
        return _Backbone(model, wider if isinstance(wider, int) else width)
    for name in _CLASSIFIERS:
        part = getattr(model, name, None)
        if not isinstance(part, nn.Module):
            continue
        linear = next((layer for layer in part.modules() if isinstance(layer, nn.Linear)), None)
        if linear is not None:
            setattr(model, name, _until(part, linear))
            return _Backbone(model, linear.in_features)
    raise ConfigError(
        f"the network {type(model).__name__} has no linear layer in {', '.join(_CLASSIFIERS)}: "
        "give a module that maps images to vectors, with its width as embedding_dim"
    )


def _until(part: nn.Module, linear: nn.Linear) -> nn.Module:
    """What a classifier does before its first linear layer: such as the flattening of maps to vectors."""
    if not isinstance(part, nn.Sequential) or not any(layer is linear for layer in part):
        return nn.Identity()
    before = []
    for layer in part:
        if layer is linear:
            break
        if not isinstance(layer, nn.Dropout):
            before.append(layer)
    return nn.Sequential(*before) if before else nn.Identity()


class _Backbone(nn.Module):
    def __init__(self, model: nn.Module, embedding_dim: int) -> None:
        super().__init__()
        self.model = model
        self.embedding_dim = embedding_dim

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.model(images)
        return features
