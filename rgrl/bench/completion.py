"""What a shell offers for a word that is begun; it answers without torch."""

from __future__ import annotations

from rgrl.bench.methods import METHODS
from rgrl.presets import preset_names

#: The registry's names, which loading it would take a second to give; a test holds them against it.
DATASET_NAMES = (
    *("wikics", "computers", "photo", "cs", "physics", "cora", "citeseer", "pubmed", "corafull"),
    *("ogbn-arxiv", "reddit", "ppi", "imdb", "dblp", "karate", "digits"),
)


def dataset_names(incomplete: str) -> list[str]:
    """Datasets that begin so."""
    return [name for name in DATASET_NAMES if name.startswith(incomplete.lower())]


def datasets_or_all(incomplete: str) -> list[str]:
    """Datasets that begin so, and ``all``."""
    return [*dataset_names(incomplete), *(["all"] if "all".startswith(incomplete.lower()) else [])]


def method_names(incomplete: str) -> list[str]:
    """Methods; after a comma one more."""
    before, comma, begun = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in METHODS if name.startswith(begun.lower())]


def presets(incomplete: str) -> list[str]:
    """Presets of the package."""
    return [name for name in preset_names() if name.startswith(incomplete)]
