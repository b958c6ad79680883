"""Several augmentations, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from rgrl.graph.augment.augmentation import Augmentation
from rgrl.graph.view import View


class Compose:
    """Apply augmentations in order; masks of the same kind add up.

    Example:
        >>> from rgrl.graph.augment import EdgeDrop, FeatureMask
        >>> Compose([FeatureMask(0.3), EdgeDrop(0.2)])
        Compose(FeatureMask(p=0.3), EdgeDrop(p=0.2))
    """

    def __init__(self, augmentations: Sequence[Augmentation]) -> None:
        self.augmentations = tuple(augmentations)

    def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
        """Return ``view`` after all of them."""
        for augmentation in self.augmentations:
            view = augmentation(view, generator)
        return view

    def __repr__(self) -> str:
        return f"Compose({', '.join(map(repr, self.augmentations))})"
