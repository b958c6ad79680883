from __future__ import annotations

import subprocess
import sys

import numpy as np

from rgrl.bench.environment import peak_memory_bytes


def test_peak_memory_is_this_programs_own():
    ballast = np.ones(400 << 20, dtype=np.uint8)
    code = "from rgrl.bench.environment import peak_memory_bytes; print(peak_memory_bytes('cpu'))"
    child = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert peak_memory_bytes("cpu") > ballast.nbytes
    assert int(child.stdout) < 200 << 20
