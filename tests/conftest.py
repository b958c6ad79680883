"""Fixtures for every test, and the guard that keeps tests off the network and out of the user's cache."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples each time, so that a failure can be repeated; HYPOTHESIS_PROFILE=search looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def data_root() -> Path:
    """Return the folder of real raw files, or skip the test where there is none."""
    given = os.environ.get("RGRL_DATA", "")
    if not given or not Path(given).is_dir():
        pytest.skip("needs real data files: set RGRL_DATA to a folder with <dataset>/raw/<file>")
    return Path(given)


@pytest.fixture(scope="session")
def empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache folder of this test run."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _no_outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, empty_cache: Path) -> None:
    """Keep the user's cache out of every test, and the network out of all but the slow ones."""
    monkeypatch.setenv("RGRL_CACHE", str(empty_cache))
    if request.node.get_closest_marker("slow") is not None:
        return
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def near_connect(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):  # type: ignore[index]
            raise ConnectionRefusedError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    def near_resolve(host: object, *args: object, **kwargs: object) -> object:
        if host is not None and not _is_loopback(host):
            raise socket.gaierror(f"a test tried to resolve {host!r}")
        return resolve(host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", near_connect)
    monkeypatch.setattr(socket, "getaddrinfo", near_resolve)


def _is_loopback(host: object) -> bool:
    return str(host) in ("localhost", "127.0.0.1", "::1", "0.0.0.0", socket.gethostname())
