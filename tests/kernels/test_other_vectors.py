"""The kernels as a processor without AVX-512 runs them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from llvmlite import binding

HERE = Path(__file__).parent
NARROW = ("avx512", "amx", "avx10", "evex512")


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="other processors have one width")
def test_kernels_pass_their_tests_in_narrow_vectors(tmp_path: Path) -> None:
    features = binding.get_host_cpu_features().items()
    kept = ",".join(f"+{name}" for name, there in features if there and not name.startswith(NARROW))
    environment = os.environ | {
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": kept,
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    lanes = "from rgrl.kernels.vectors import LANES; print(LANES)"
    found = subprocess.run([sys.executable, "-c", lanes], env=environment, capture_output=True, check=True)
    assert found.stdout.split() == [b"8"]
    tests = [
        HERE / "test_kernels.py",
        HERE / "test_relation_rows.py",
        HERE / "test_tile_product.py",
        HERE.parent / "evaluate/test_probe_fit.py",
    ]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, tests)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
