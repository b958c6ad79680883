from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rgrl.bench.environment import forget_peak_memory, peak_memory_bytes


def test_peak_memory_is_this_programs_own():
    ballast = np.ones(400 << 20, dtype=np.uint8)
    code = "from rgrl.bench.environment import peak_memory_bytes; print(peak_memory_bytes('cpu'))"
    child = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert peak_memory_bytes("cpu") > ballast.nbytes
    assert int(child.stdout) < 200 << 20


@pytest.mark.parametrize("status", ["", "Name:\tpython\nVmPeak:\t 7 kB\n", "VmHWM:\n", None])
def test_peak_memory_is_known_where_the_system_tells_no_high_water_mark(monkeypatch, status):
    def read(_: Path) -> str:
        if status is None:
            raise FileNotFoundError
        return status

    monkeypatch.setattr(Path, "read_text", read)
    assert peak_memory_bytes("cpu") > 10 << 20


def test_peak_memory_is_the_high_water_mark(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda _: "VmPeak:\t    9 kB\nVmHWM:\t    7 kB\nVmRSS:\t 5 kB\n")
    assert peak_memory_bytes("cpu") == 7 * 1024


@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="Linux alone forgets a high-water mark"
)
def test_the_peak_of_an_earlier_run_is_forgotten():
    code = (
        "from rgrl.bench.environment import forget_peak_memory, peak_memory_bytes\n"
        "ballast = bytearray(400 << 20)\n"
        "print(peak_memory_bytes('cpu'))\n"
        "del ballast\n"
        "forget_peak_memory('cpu')\n"
        "print(peak_memory_bytes('cpu'))\n"
    )
    child = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    before, after = map(int, child.stdout.split())
    assert before > 400 << 20 > 200 << 20 > after


def test_a_peak_that_cannot_be_forgotten_is_kept(monkeypatch):
    def denied(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "write_text", denied)
    forget_peak_memory("cpu")
