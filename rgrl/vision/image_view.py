"""One way to draw an altered copy of every image of a batch."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from rgrl.nn.draw_from import draw_from
from rgrl.vision.pixel_norm import as_floats


class ImageView:
    """Applies random operations one after the other, each image with draws of its own.

    Operations such as kornia's draw from torch's global random stream. They find it at a seed that is drawn
    from the generator, and it is put back afterwards.

    Args:
        operations: Modules that map floats in [0, 1], ``[B, 3, H, W]``, to such.

    Example:
        >>> view = ImageView([torch.nn.Dropout(0.5)])
        >>> images = torch.full((1, 3, 2, 2), 255, dtype=torch.uint8)
        >>> first, second = (view(images, torch.Generator().manual_seed(0)) for _ in range(2))
        >>> torch.equal(first, second), sorted(set(first.flatten().tolist()))
        (True, [0.0, 2.0])
    """

    def __init__(self, operations: Iterable[nn.Module]) -> None:
        self.operations = nn.Sequential(*operations)

    @torch.no_grad()
    def __call__(self, images: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Draw a view of images ``[B, 3, H, W]``, uint8 or floats in [0, 1]; floats come back.

        Args:
            images: Left as they are.
            generator: On the CPU, where every draw is made, whatever the images' device; None draws the
                seed from the global stream.
        """
        with draw_from(generator):
            view: Tensor = self.operations(as_floats(images))
        return view

    def __repr__(self) -> str:
        names = ", ".join(type(operation).__name__ for operation in self.operations)
        return f"ImageView({names})"
