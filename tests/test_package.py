from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent

IMPORT_EVERY_MODULE = """
import importlib, pkgutil, rgrl
for module in pkgutil.walk_packages(rgrl.__path__, "rgrl."):
    importlib.import_module(module.name)
"""


def test_every_module_imports_and_the_top_level_stays_light():
    subprocess.run([sys.executable, "-c", IMPORT_EVERY_MODULE], check=True)
    light = (
        "import sys, rgrl; assert 'torch' not in sys.modules; rgrl.RGRL; assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", light], check=True)


def test_public_names_resolve():
    import rgrl

    assert {name for name in rgrl.__all__ if getattr(rgrl, name) is None} == set()
    assert set(rgrl.__all__) == set(dir(rgrl))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = rgrl.nothing


def test_nothing_of_torch_geometrics_compiled_extensions_is_needed():
    extensions = ("torch_scatter", "torch_sparse", "torch_cluster", "pyg_lib")
    blocked = f"import sys\nfor name in {extensions}: sys.modules[name] = None\n"
    subprocess.run([sys.executable, "-c", blocked + IMPORT_EVERY_MODULE], check=True)


@pytest.mark.slow
def test_wheel_installs_from_wheels_alone_in_a_clean_environment(tmp_path):
    """As a newcomer's machine would: no compiler, no test extra, only what the package declares."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", tmp_path, PROJECT], check=True, timeout=300)
    (wheel,) = tmp_path.glob("rgrl-*.whl")
    constraint = ["--constraint", PROJECT / "constraints.txt"]
    subprocess.run([*pip, "install", "--only-binary=:all:", *constraint, wheel], check=True, timeout=900)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}

    def run(*command: object) -> str:
        return subprocess.run(
            list(map(str, command)), check=True, cwd=tmp_path, env=environment, capture_output=True, text=True
        ).stdout

    run(python, "-c", IMPORT_EVERY_MODULE)
    run(python, PROJECT / "examples" / "quickstart.py")
    assert "raw features" in run(python.parent / "rgrl-bench", "run", "karate", "--epochs", 2)
    run(python, "-c", "import rgrl.presets as p; assert len(p.preset_names()) >= 11")
    assert (tmp_path / "results" / "results.jsonl").exists()
