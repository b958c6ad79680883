from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
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


#: What an extra brings, and what it brings along that the base does not need.
OF_EXTRAS = (
    *("matplotlib", "optuna", "sqlalchemy", "alembic", "pandas", "pyarrow", "kornia", "PIL", "gensim"),
    *("tensorboard", "wandb", "umap", "playwright", "sphinx", "jupytext", "nbclient", "hypothesis", "pytest"),
)

#: Nobody finds them, as where they are not installed. A finder that raises would raise in `find_spec` too.
BLOCK = f"""
import sys
from importlib.machinery import PathFinder
found = PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in {OF_EXTRAS} else found(name, path, target)
PathFinder.find_spec = staticmethod(find_spec)
"""


def test_every_module_imports_with_the_base_alone():
    subprocess.run([sys.executable, "-c", BLOCK + IMPORT_EVERY_MODULE], check=True)
    blocked = subprocess.run([sys.executable, "-c", f"{BLOCK}import PIL"], capture_output=True, text=True)
    assert "No module named 'PIL'" in blocked.stderr, "the finder is at work"


def test_the_command_works_with_the_base_alone(tmp_path):
    run = "sys.argv = ['rgrl-bench', {}]\nfrom rgrl.bench.cli import main\nmain()"
    for arguments, code in (
        ("'run', 'karate', '--epochs', '1'", 0),
        ("'doctor', '--json'", 0),
        ("'tune', 'karate', '--trials', '1'", 2),
        ("'image', 'digits', '--epochs', '1'", 2),
    ):
        command = [sys.executable, "-c", BLOCK + run.format(arguments)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=_found_here())
        assert done.returncode == code, done.stderr
        if code:
            assert re.match(r"error: .*pip install 'rgrl\[\w+\]'\n$", done.stderr), done.stderr


def test_a_missing_package_of_the_base_is_named_by_the_doctor(tmp_path):
    """Even of torch, without which hardly a module imports."""
    run = "import sys\nsys.modules['torch'] = None\nsys.argv = ['rgrl-bench', 'doctor']\n"
    done = subprocess.run(
        [sys.executable, "-c", run + "from rgrl.bench.cli import main\nmain()"],
        capture_output=True,
        text=True,
        env=_found_here(),
    )
    assert done.returncode == 2
    assert "torch cannot be imported" in done.stderr and "Traceback" not in done.stderr
    assert "broken" in done.stdout


def _found_here() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.slow
def test_the_core_works_with_the_lowest_torch_geometric_that_is_declared(tmp_path):
    """Everything else is as it is installed here."""
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    (lowest,) = [each.partition(">=")[2] for each in declared if each.startswith("torch-geometric")]
    wanted = f"torch-geometric=={lowest}.*"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-deps"]
    subprocess.run([*pip, "--target", tmp_path, wanted], check=True, timeout=300)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(PROJECT)])}
    ask = "import torch_geometric; print(torch_geometric.__version__)"
    found = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True)
    assert found.stdout.startswith(f"{lowest}."), found
    rooms = [PROJECT / "tests" / room for room in ("graph", "nn", "methods")]
    tests = [sys.executable, "-m", "pytest", "-m", "not slow", "-x", "-p", "no:cacheprovider", *rooms]
    done = subprocess.run(tests, env=environment, cwd=PROJECT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
def test_a_wheel_made_of_the_sdist_is_the_wheel_made_of_the_folder(tmp_path):
    """So that one of them is enough to install, and the other can be packaged by others."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    hatchling = [*pip, "install", "--target", tmp_path / "hatchling", "hatchling"]
    subprocess.run([*hatchling, "--constraint", PROJECT / "constraints.txt"], check=True, timeout=300)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "hatchling")}
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path / "sdist"]
    subprocess.run(build, check=True, timeout=300, cwd=PROJECT, env=environment, capture_output=True)
    (sdist,) = (tmp_path / "sdist").glob("rgrl-*.tar.gz")
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "constraints.txt", "tests/test_package.py", "docs/architecture.md"} <= held
    wheels = []
    for number, source in enumerate((PROJECT, sdist)):
        place = tmp_path / str(number)
        subprocess.run([*pip, "wheel", "--no-deps", "-w", place, source], check=True, timeout=300)
        (wheel,) = place.glob("rgrl-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            wheels.append({each.filename: each.CRC for each in archive.infolist()})
    assert wheels[0] == wheels[1]
    assert {"rgrl/py.typed", "rgrl/presets/rgrl-cora.toml"} <= wheels[0].keys()


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
    for block in re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)[:1]:
        run(python, "-c", block)
    assert run(python.parent / "rgrl-bench", "doctor").rstrip().endswith("ready")
    assert "raw features" in run(python.parent / "rgrl-bench", "run", "karate", "--epochs", 2)
    run(python, "-c", "import rgrl.presets as p; assert len(p.preset_names()) >= 11")
    assert (tmp_path / "results" / "results.jsonl").exists()
