"""The published numbers, to stand beside ours."""

from __future__ import annotations

from dataclasses import dataclass

#: Where a number was read; each with what a table calls it.
SOURCES: dict[str, str] = {
    "paper": "paper",
    "notebook": "authors' notebook",
    "quotation": "paper, as quoted",
    "repository": "official repository",
    "record": "paper, as a public record of benchmarks has it",
}

#: What a published number may stand for, by the key of a result that is its like: the RGRL paper's probe on
#: the embedding that validation chose; the same probe on the last embedding, as DGI has it; a classifier
#: trained to convergence on the last embedding, as the other rivals have it.
PROBES: dict[str, str] = {
    "paper": "test_mean",
    "last": "test_last_mean",
    "converged": "converged_last_mean",
}

#: What a table calls those that are not its first row.
PROBE_TITLES: dict[str, str] = {
    "paper": "chosen by validation",
    "last": "last update",
    "converged": "converged probe, last update",
}


@dataclass(frozen=True)
class Published:
    """A published test accuracy in per cent, as printed.

    Attributes:
        mean: Mean over splits.
        std: Population standard deviation over splits.
        source: A key of :data:`SOURCES`: ``"paper"`` is a table of the paper, as a public extraction of the
            arXiv version has it; ``"notebook"`` the stored output of the authors' notebook, where the paper's
            number is not known; ``"quotation"`` a later paper's quotation; ``"repository"`` the authors'
            code or its description; ``"record"`` the entry of a public collection of benchmark results.
        probe: A key of :data:`PROBES`: the number of ours that it is held against.
        public_split: Whether it was measured on the split published with the files.
    """

    mean: float
    std: float
    source: str = "paper"
    probe: str = "paper"
    public_split: bool = False


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
    ("bgrl", "wikics"): Published(79.98, 0.10, "repository", probe="converged"),
    ("bgrl", "computers"): Published(90.34, 0.19, "repository", probe="converged"),
    ("bgrl", "photo"): Published(93.17, 0.30, "repository", probe="converged"),
    ("bgrl", "cs"): Published(93.31, 0.13, "repository", probe="converged"),
    ("bgrl", "physics"): Published(95.73, 0.05, "repository", probe="converged"),
    ("grace", "cora"): Published(83.3, 0.4, "record", probe="converged"),
    ("grace", "citeseer"): Published(72.1, 0.5, "record", probe="converged"),
    ("grace", "pubmed"): Published(86.7, 0.1, "record", probe="converged"),
    ("dgi", "cora"): Published(82.3, 0.6, "record", probe="last", public_split=True),
    ("dgi", "citeseer"): Published(71.8, 0.7, "record", probe="last", public_split=True),
    ("dgi", "pubmed"): Published(76.8, 0.6, "record", probe="last", public_split=True),
    ("cca-ssg", "cora"): Published(84.2, 0.4, "quotation", probe="converged", public_split=True),
    ("cca-ssg", "citeseer"): Published(73.1, 0.3, "quotation", probe="converged", public_split=True),
    ("cca-ssg", "pubmed"): Published(81.6, 0.4, "quotation", probe="converged", public_split=True),
    ("cca-ssg", "computers"): Published(88.74, 0.28, "quotation", probe="converged"),
    ("cca-ssg", "photo"): Published(93.14, 0.14, "quotation", probe="converged"),
    ("cca-ssg", "physics"): Published(95.38, 0.06, "quotation", probe="converged"),
}


def published(method: str, dataset: str, *, public_split: bool) -> Published | None:
    """The published number of a method on a dataset and kind of split, ``None`` where none is known."""
    number = PUBLISHED.get((method, dataset))
    return number if number is not None and number.public_split == public_split else None
