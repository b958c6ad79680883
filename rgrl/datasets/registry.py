"""All datasets that the package knows by name."""

from __future__ import annotations

from difflib import get_close_matches

from rgrl.datasets import published
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.errors import ConfigError

_NODE = "node classification"
_INDUCTIVE = "inductive node classification"
_MULTIPLEX = "multiplex node classification"

_SPECS = (
    # Without the 520 self-loops that PyG's count of 431,726 includes.
    DatasetSpec("wikics", "WikiCS", _NODE, 11701, 431206, 300, 10, "wikics", published.WIKICS_FILES),
    DatasetSpec(
        name="computers",
        title="Amazon Computers",
        task=_NODE,
        num_nodes=13752,
        num_edges=491722,
        num_features=767,
        num_classes=10,
        reader="npz",
        files=published.COMPUTERS_FILES,
        num_isolated=281,
        digest="a7590ead39112183991d37f173708c098547a55ca4864cba9e5d27d7681300fe",
    ),
    DatasetSpec("photo", "Amazon Photo", _NODE, 7650, 238162, 745, 8, "npz", published.PHOTO_FILES),
    DatasetSpec(
        name="cs",
        title="Coauthor CS",
        task=_NODE,
        num_nodes=18333,
        num_edges=163788,
        num_features=6805,
        num_classes=15,
        reader="npz",
        files=published.CS_FILES,
        num_isolated=0,
        digest="0bb97dc87279cb0585635023e71e47729d17269f824d6945621808204e01ea68",
    ),
    DatasetSpec("physics", "Coauthor Physics", _NODE, 34493, 495924, 8415, 5, "npz", published.PHYSICS_FILES),
    DatasetSpec(
        name="cora",
        title="Cora",
        task=_NODE,
        num_nodes=2708,
        num_edges=10556,
        num_features=1433,
        num_classes=7,
        reader="planetoid",
        files=published.CORA_FILES,
        mirror=published.CORA_MIRROR,
        num_isolated=0,
        digest="3686b87e87736b6dda83087cf4e0707d94a8aadd9585ea511e6660421ffc774a",
    ),
    DatasetSpec(
        name="citeseer",
        title="Citeseer",
        task=_NODE,
        num_nodes=3327,
        num_edges=9104,
        num_features=3703,
        num_classes=6,
        reader="planetoid",
        files=published.CITESEER_FILES,
        mirror=published.CITESEER_MIRROR,
        num_isolated=48,
        digest="9e25988b39b79e589b8ed8c339dfa42e1222508f132b3833bc4876c13934e120",
    ),
    DatasetSpec(
        name="pubmed",
        title="Pubmed",
        task=_NODE,
        num_nodes=19717,
        num_edges=88648,
        num_features=500,
        num_classes=3,
        reader="planetoid",
        files=published.PUBMED_FILES,
        mirror=published.PUBMED_MIRROR,
        num_isolated=0,
        digest="a50c2417393aaa66485e68f892bee6e3fb00d6b19746c19a43de97ac039d668d",
    ),
    DatasetSpec("corafull", "Cora Full", _NODE, 19793, 126842, 8710, 70, "npz", published.CORAFULL_FILES),
    # Of 1,166,243 citations, both directions of each pair.
    DatasetSpec("ogbn-arxiv", "ogbn-arxiv", _NODE, 169343, 2315598, 128, 40, "arxiv", published.ARXIV_FILES),
    DatasetSpec("reddit", "Reddit", _INDUCTIVE, 232965, 114615892, 602, 41, "reddit", published.REDDIT_FILES),
    DatasetSpec("ppi", "PPI", _INDUCTIVE, 56944, 1587264, 50, 121, "ppi", published.PPI_FILES),
    DatasetSpec(
        name="imdb",
        title="IMDB",
        task=_MULTIPLEX,
        num_nodes=3550,
        num_edges=71792,
        num_features=2000,
        num_classes=3,
        reader="multiplex",
        files=published.IMDB_FILES,
        num_isolated=142,
        digest="08dd439e72e790a089d88ca02420910ba6e57cee8da4f54e2b3c38bba16e3abe",
        relations=(("MAM", 62878), ("MDM", 10238)),
    ),
    DatasetSpec(
        name="dblp",
        title="DBLP",
        task=_MULTIPLEX,
        num_nodes=None,
        num_edges=None,
        num_features=None,
        num_classes=None,
        reader="multiplex",
        files=published.DBLP_FILES,
        relations=(("PAP", None), ("PPP", None), ("PATAP", None)),
    ),
    DatasetSpec(
        name="karate",
        title="Karate club",
        task=_NODE,
        num_nodes=34,
        num_edges=156,
        num_features=34,
        num_classes=2,
        reader="embedded",
        num_isolated=0,
        digest="e47a180d4ebbf0af02a0bb68cb164d45476531ffa8e4aab998ed0d4385a6e95b",
    ),
    DatasetSpec(
        name="digits",
        title="Digits",
        task=_NODE,
        num_nodes=1797,
        num_edges=19858,
        num_features=64,
        num_classes=10,
        reader="embedded",
        num_isolated=0,
        digest="a1a15c080a8bd3cf743702e12f6504bab127a60359f5f67e11f5bbfb69d7a43f",
    ),
)

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in _SPECS}
"""Every known dataset by its name: the fourteen of the benchmark, then the two embedded ones."""


def find_spec(name: str) -> DatasetSpec:
    """Return the registry's entry of a dataset, whatever the case of its name.

    Raises:
        ConfigError: The name is unknown; the message suggests the nearest one and lists all.

    Example:
        >>> find_spec("Cora").num_nodes
        2708
    """
    key = str(name).strip().lower()
    if key in DATASETS:
        return DATASETS[key]
    near = get_close_matches(key, DATASETS, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ";"
    raise ConfigError(f"dataset '{name}' is unknown{hint} accepted: {', '.join(DATASETS)}")
