from __future__ import annotations

import re
from pathlib import Path

import pytest

from rgrl.datasets.digest import sha256_of
from rgrl.datasets.registry import DATASETS, find_spec
from rgrl.errors import ConfigError

BENCHMARK = [
    *("wikics", "computers", "photo", "cs", "physics", "cora", "citeseer", "pubmed", "corafull"),
    *("ogbn-arxiv", "reddit", "ppi", "imdb", "dblp"),
]
WITHOUT_ADDRESS = ["imdb", "dblp"]
EMBEDDED = ["karate", "digits"]


def test_knows_the_fourteen_and_the_embedded_two() -> None:
    assert len(DATASETS) == 16
    assert [name for name, spec in DATASETS.items() if spec.reader != "embedded"] == BENCHMARK
    assert list(DATASETS)[-2:] == EMBEDDED


def test_files_are_plain_names_from_secure_addresses_with_full_digests() -> None:
    for spec in DATASETS.values():
        for file in (*spec.files, *(spec.mirror.files if spec.mirror else ())):
            assert file.name == Path(file.name).name
            assert file.sha256 is None or re.fullmatch("[0-9a-f]{64}", file.sha256)
            assert file.url is None or file.url.endswith(f"/{file.name}")
        if spec.name in WITHOUT_ADDRESS:
            assert not any(file.url for file in spec.files)
            assert all(str(file.page).startswith("https://") for file in spec.files)
        else:
            assert all(file.sha256 and str(file.url).startswith("https://") for file in spec.files)


@pytest.mark.parametrize("name", ["Cora", "cora", " CORA "])
def test_finds_a_name_in_any_case(name: str) -> None:
    assert find_spec(name) is DATASETS["cora"]
    assert find_spec("OGBN-arxiv") is DATASETS["ogbn-arxiv"]


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(
        ConfigError, match=r"dataset 'citesear' is unknown; did you mean 'citeseer'\? accepted: wikics, "
    ):
        find_spec("citesear")
    with pytest.raises(ConfigError, match=r"dataset 'zzzzz' is unknown; accepted: .*, digits$"):
        find_spec("zzzzz")


def test_real_files_are_the_published_ones(data_root: Path) -> None:
    seen = 0
    for spec in DATASETS.values():
        for file in spec.files:
            path = data_root / spec.name / "raw" / file.name
            if path.is_file() and file.sha256 is not None:
                assert sha256_of(path) == file.sha256
                assert file.size in (None, path.stat().st_size)
                seen += 1
    assert seen
