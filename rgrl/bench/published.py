"""The published numbers, to stand beside ours."""

from __future__ import annotations

from dataclasses import dataclass

#: Where a number was read; each with what a table calls it.
SOURCES: dict[str, str] = {
    "paper": "paper",
    "notebook": "authors' notebook",
    "quotation": "paper, as quoted",
}


@dataclass(frozen=True)
class Published:
    """A published test accuracy in per cent, as printed.

    Attributes:
        mean: Mean over splits.
        std: Population standard deviation over splits.
        source: A key of :data:`SOURCES`: ``"paper"`` is a table of the paper, as a public extraction of the
            arXiv version has it; ``"notebook"`` the stored output of the authors' notebook, where the paper's
            number is not known; ``"quotation"`` a later paper's quotation that agrees with that notebook.
    """

    mean: float
    std: float
    source: str = "paper"


PUBLISHED: dict[tuple[str, str], Published] = {
    ("rgrl", "wikics"): Published(80.29, 0.72),
    ("rgrl", "computers"): Published(89.70, 0.44),
    ("rgrl", "photo"): Published(93.43, 0.31),
    ("rgrl", "cs"): Published(92.94, 0.13, "quotation"),
    ("rgrl", "physics"): Published(95.46, 0.10),
    ("rgrl", "cora"): Published(83.98, 0.78),
    ("rgrl", "citeseer"): Published(71.31, 0.77, "notebook"),
    ("rgrl", "pubmed"): Published(85.20, 0.34, "notebook"),
    ("rgrl", "corafull"): Published(64.60, 0.42, "notebook"),
}
