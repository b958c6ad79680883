from __future__ import annotations

from pathlib import Path

import pytest
from raw_writers import FakeNetwork

from rgrl.datasets import download as download_module
from rgrl.datasets import registry
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.inventory import fetch, on_disk, verify, where
from rgrl.datasets.raw_file import RawFile
from rgrl.errors import ConfigError, DataUnavailableError

PHOTO = "amazon_electronics_photo.npz"


@pytest.fixture(autouse=True)
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    monkeypatch.delenv("RGRL_DATA", raising=False)
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "cache"))
    network = FakeNetwork({})
    monkeypatch.setattr(download_module, "urlopen", network)
    return network


def put(root: Path, name: str, file: str) -> Path:
    path = root / name / "raw" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"not the published bytes")
    return path


def test_nothing_on_disk() -> None:
    (location,) = where("Photo")
    assert (location.name, location.path, location.place) == (PHOTO, None, None)
    assert location.url is not None
    (check,) = verify("photo")
    assert (check.status, check.found) == ("missing", None)
    assert not on_disk("photo")


def test_a_wrong_file_is_told_and_not_moved(tmp_path: Path) -> None:
    path = put(tmp_path / "cache", "photo", PHOTO)
    (check,) = verify("photo")
    assert check.status == "wrong"
    assert check.found != check.expected
    assert path.exists()
    assert on_disk("photo")
    (location,) = where("photo")
    assert (location.path, location.place) == (path, "cache")
    (own,) = where("photo", root=put(tmp_path / "own", "photo", PHOTO).parents[2])
    assert own.place == "root"


def test_a_file_without_a_published_digest_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (RawFile("toy.npz"),)
    toy = DatasetSpec("toy", "Toy", "node classification", None, None, None, None, "npz", files)
    monkeypatch.setitem(registry.DATASETS, "toy", toy)
    put(tmp_path / "cache", "toy", "toy.npz")
    (check,) = verify("toy")
    assert (check.status, check.expected) == ("unknown", None)
    assert on_disk("toy")


def test_the_mirrors_form_stands_in_where_it_is_complete(tmp_path: Path) -> None:
    assert len(where("cora")) == 8
    put(tmp_path / "cache", "cora", "cora.content")
    assert len(where("cora")) == 8
    put(tmp_path / "cache", "cora", "cora.cites")
    assert [location.name for location in where("cora")] == ["cora.content", "cora.cites"]
    assert [check.status for check in verify("cora")] == ["wrong", "wrong"]


def test_real_files_verify_and_need_no_fetching(data_root: Path, network: FakeNetwork) -> None:
    assert {check.status for check in verify("citeseer", root=data_root)} == {"ok"}
    assert all(location.place == "root" for location in fetch("citeseer", root=data_root))
    assert on_disk("citeseer", root=data_root)
    assert not network.calls


def test_embedded_ones_need_no_file(network: FakeNetwork) -> None:
    assert fetch("karate") == where("karate") == verify("karate") == []
    assert on_disk("digits")
    assert not network.calls


def test_refusals() -> None:
    with pytest.raises(DataUnavailableError, match=f"Put {PHOTO} at"):
        fetch("photo")
    for function in (fetch, verify, where, on_disk):
        with pytest.raises(ConfigError, match="dataset 'phot' is unknown; did you mean 'photo'"):
            function("phot")  # type: ignore[operator]


def test_what_may_not_be_looked_at_is_not_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", denied)
    assert not on_disk("photo")
    with pytest.raises(DataUnavailableError, match="Permission denied"):
        where("photo")
