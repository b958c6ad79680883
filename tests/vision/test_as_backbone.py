"""Stand-ins of the form of torchvision's and timm's networks, neither of which has to be installed."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from rgrl.errors import ConfigError
from rgrl.vision import ReSSL, as_backbone


class Torchvision(nn.Module):
    def __init__(self, name: str, classifier: nn.Module) -> None:
        super().__init__()
        self.name = name
        setattr(self, name, classifier)

    def forward(self, images: Tensor) -> Tensor:
        return getattr(self, self.name)(images.mean(dim=(2, 3)))


class Timm(nn.Module):
    num_features = 3

    def __init__(self) -> None:
        super().__init__()
        self.classifier = nn.Linear(3, 10)

    def reset_classifier(self, num_classes: int) -> None:
        assert num_classes == 0
        self.classifier = nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(images.mean(dim=(2, 3)))


@pytest.mark.parametrize(
    "model",
    [
        Torchvision("fc", nn.Linear(3, 10)),
        Torchvision("classifier", nn.Sequential(nn.Dropout(), nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 10))),
        Torchvision("heads", nn.Sequential(nn.Linear(3, 10))),
        Timm(),
        Torchvision("classifier", nn.Sequential(nn.Flatten(1), nn.Dropout(), nn.Linear(3, 10))),
    ],
)
def test_the_classifier_goes_and_its_input_is_the_embedding(model: nn.Module) -> None:
    backbone = as_backbone(model)
    images = torch.rand(4, 3, 5, 5)
    assert backbone.embedding_dim == 3
    torch.testing.assert_close(backbone(images), images.mean(dim=(2, 3)))
    assert ReSSL(backbone, queue_size=4).embed(images).shape == (4, 3)


def test_a_network_without_a_classifier_is_refused() -> None:
    with pytest.raises(ConfigError, match="Sequential has no linear layer in fc"):
        as_backbone(nn.Sequential(nn.Linear(2, 2)))
    with pytest.raises(ConfigError, match="the backbone is a str"):
        as_backbone("resnet50")  # type: ignore[arg-type]


def test_what_a_classifier_does_before_its_linear_layer_stays() -> None:
    class Maps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.classifier = nn.Sequential(nn.Tanh(), nn.Flatten(1), nn.Linear(3, 10))

        def forward(self, images: Tensor) -> Tensor:
            return self.classifier(images.mean(dim=(2, 3), keepdim=True))

    images = torch.rand(4, 3, 5, 5)
    torch.testing.assert_close(as_backbone(Maps())(images), images.mean(dim=(2, 3)).tanh())
