"""The augmentation that changes nothing."""

from __future__ import annotations

import torch

from rgrl.graph.view import View


class Identity:
    """Return the view as it is."""

    def __call__(self, view: View, generator: torch.Generator | None = None) -> View:
        """Return ``view``."""
        return view

    def __repr__(self) -> str:
        return "Identity()"
