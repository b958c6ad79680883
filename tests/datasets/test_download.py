from __future__ import annotations

import hashlib
import http.client
import urllib.error
from email.message import Message
from pathlib import Path

import pytest
from raw_writers import FakeNetwork

from rgrl.datasets import download as module
from rgrl.datasets.download import download
from rgrl.datasets.raw_file import RawFile
from rgrl.errors import DataError, DataUnavailableError

URL = "https://example.org/f.bin"
BODY = bytes(range(256)) * 2000
FILE = RawFile("f.bin", URL, hashlib.sha256(BODY).hexdigest(), len(BODY))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    network = FakeNetwork({URL: BODY})
    monkeypatch.setattr(module, "urlopen", network)
    return network


def test_fetches_and_tells_of_it(network: FakeNetwork, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    path = download(FILE, tmp_path / "raw", lambda *report: told.append(report))
    assert path.read_bytes() == BODY
    assert [item.name for item in (tmp_path / "raw").iterdir()] == ["f.bin"]
    assert len(told) > 1
    assert told[-1] == ("f.bin", len(BODY), len(BODY))
    assert network.calls == [URL]


def test_works_without_a_length(network: FakeNetwork, tmp_path: Path) -> None:
    network.length = None
    told: list[int | None] = []
    download(RawFile("f.bin", URL), tmp_path, lambda name, done, total: told.append(total))
    assert set(told) == {None}
    assert (tmp_path / "f.bin").read_bytes() == BODY


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (urllib.error.URLError("no route"), "no route"),
        (TimeoutError("timed out"), "timed out"),
        (http.client.RemoteDisconnected("closed"), "closed"),
        (http.client.IncompleteRead(b""), "IncompleteRead"),
        (urllib.error.HTTPError(URL, 503, "busy", Message(), None), "HTTP status 503"),
    ],
)
def test_tries_twice_then_says_why(
    failure: Exception, text: str, network: FakeNetwork, tmp_path: Path
) -> None:
    network.answers[URL] = failure
    with pytest.raises(DataUnavailableError, match=f"{URL}: .*{text}"):
        download(FILE, tmp_path)
    assert network.calls == [URL, URL]
    assert not list(tmp_path.iterdir())


def test_recovers_at_the_second_attempt(
    network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError("reset")]

    def flaky(request: object, timeout: float) -> object:
        if failures:
            raise failures.pop()
        return network(request, timeout)

    monkeypatch.setattr(module, "urlopen", flaky)
    assert download(FILE, tmp_path).read_bytes() == BODY


def test_does_not_insist_on_what_is_not_there(network: FakeNetwork, tmp_path: Path) -> None:
    network.answers[URL] = urllib.error.HTTPError(URL, 404, "gone", Message(), None)
    with pytest.raises(DataUnavailableError, match="HTTP status 404"):
        download(FILE, tmp_path)
    assert network.calls == [URL]


def test_a_body_that_breaks_off_is_no_file(network: FakeNetwork, tmp_path: Path) -> None:
    network.answers[URL] = BODY[:1000]
    network.length = len(BODY)
    with pytest.raises(DataUnavailableError, match=f"broke off after 1000 of {len(BODY)} bytes"):
        download(RawFile("f.bin", URL), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_wrong_body_is_kept_aside(network: FakeNetwork, tmp_path: Path) -> None:
    network.answers[URL] = BODY[::-1]
    with pytest.raises(DataError, match=f"SHA-256 is [0-9a-f]{{64}}, expected {FILE.sha256}"):
        download(FILE, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["f.bin.rejected"]


def test_absurd_sizes_are_refused(
    network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DOWNLOAD_BYTES", 1000)
    with pytest.raises(DataUnavailableError, match="offers 512000 bytes; at most 1000"):
        download(RawFile("f.bin", URL), tmp_path)
    network.length = None
    with pytest.raises(DataUnavailableError, match="larger than the 1000 bytes"):
        download(RawFile("f.bin", URL), tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_endless_trickle_is_cut(
    network: FakeNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOTAL_TIMEOUT_S", -1.0)
    monkeypatch.setattr(module, "SLOWEST_BYTES_PER_S", 1e12)
    with pytest.raises(DataUnavailableError, match=r"'f\.bin' is not complete after"):
        download(FILE, tmp_path)
    assert network.calls == [URL], "a second attempt would be as slow"
    monkeypatch.setattr(module, "SLOWEST_BYTES_PER_S", 1e3)
    assert download(FILE, tmp_path).read_bytes() == BODY, "a large file may take longer"


def test_needs_an_address(tmp_path: Path) -> None:
    with pytest.raises(DataUnavailableError, match=r"'f\.bin' has no official address"):
        download(RawFile("f.bin"), tmp_path)
    with pytest.raises(DataUnavailableError, match=r"by hand, https://example\.org links to it"):
        download(RawFile("f.bin", page="https://example.org"), tmp_path)
