from __future__ import annotations

import json
import sys

import pytest

from rgrl.bench import doctor, machine, requirement
from rgrl.bench.installed_package import import_fault
from rgrl.bench.requirement import Requirement, requirements
from rgrl.datasets import DATASETS
from rgrl.kernels import code_cache

LINES = [
    "torch>=2.6",
    "torch-geometric >= 2.6",
    "typer",
    "nothing-like-it>=1; extra == 'plot'",
    'numpy>=99.1,<100; extra == "tables"',
    "scipy>=1.13; extra == 'walks'",
    "rgrl[plot,walks]; extra == 'test-slow'",
    "ruff>=0.11; extra == 'test'",
]


@pytest.fixture
def declared(monkeypatch):
    """The package with other requirements."""
    lines = list(LINES)
    monkeypatch.setattr(requirement, "requires", lambda name: {"rgrl": lines}[name])
    return lines


def test_a_working_installation_is_ready(bench, declared, data_root):
    code, out, err = bench("doctor", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["problems"] == []
    assert found["kernels"]["compiled"]
    assert found["cache"]["writable"] and found["cache"]["free_bytes"] > 0
    assert set(found["data"]["found"]) | set(found["data"]["missing"]) == set(DATASETS)
    assert {"karate", "digits"} <= set(found["data"]["found"])
    assert found["data"]["root"] == str(data_root)
    assert found["machine"]["torch_threads"] >= 1
    code, out, _ = bench("doctor")
    assert code == 0
    assert "torch-geometric" in out and out.rstrip().endswith("ready")


def test_a_missing_extra_comes_with_the_line_that_installs_it(bench, declared):
    found = json.loads(bench("doctor", "--json")[1])
    assert found["extras"].keys() == {"plot", "tables", "walks"}, "those of developers are left out"
    assert found["extras"]["plot"] == {
        "missing": ["nothing-like-it is not installed"],
        "broken": [],
        "install": "pip install 'rgrl[plot]'",
    }
    assert "at least 99.1 is needed" in found["extras"]["tables"]["missing"][0]
    assert found["extras"]["walks"]["missing"] == []
    assert "nothing-like-it is not installed: pip install 'rgrl[plot]'" in " ".join(
        bench("doctor")[1].split()
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nothing-like-it>=1", "nothing-like-it is not installed"),
        ("torch>=99", "at least 99 is needed"),
    ],
)
def test_a_broken_base_ends_with_code_2_and_says_what(bench, declared, line, told):
    declared.append(line)
    code, out, err = bench("doctor", "--json")
    assert code == 2
    assert told in json.loads(out)["problems"][0]
    assert err.startswith("error: ") and told in err and len(err.splitlines()) == 1


def test_a_package_that_cannot_be_imported_is_named(bench, declared, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch_geometric", None)
    code, _, err = bench("doctor")
    assert code == 2 and "torch-geometric cannot be imported: ModuleNotFoundError" in err


def test_an_extra_that_cannot_be_imported_is_named_with_the_line_that_installs_it_anew(
    bench, declared, monkeypatch
):
    declared.append("pillow; extra == 'image'")
    monkeypatch.setitem(sys.modules, "PIL", None)
    code, out, _ = bench("doctor", "--json")
    assert code == 0, "the base works"
    (told,) = json.loads(out)["extras"]["image"]["broken"]
    assert told.startswith("pillow cannot be imported: ModuleNotFoundError")
    assert told.endswith(": pip install --force-reinstall pillow")
    assert "pillow cannot be imported" in " ".join(bench("doctor")[1].split())


@pytest.mark.parametrize("package", ["pillow", "scikit-learn", "torch-geometric"])
def test_a_module_may_be_called_otherwise_than_its_package(package):
    assert import_fault(package) is None


def test_metadata_that_say_another_version_than_the_module_are_told(bench, declared, monkeypatch):
    import scipy

    monkeypatch.setattr(scipy, "__version__", "0.1.2")
    code, out, _ = bench("doctor", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["imported"] == {"scipy": "0.1.2"}
    (told,) = [each for each in found["warnings"] if "metadata" in each]
    assert told.startswith(
        f"scipy is {found['versions']['scipy']} by its metadata, but what is imported from /"
    )
    assert told.endswith("/scipy says 0.1.2: pip install --force-reinstall scipy")
    assert "(imported: 0.1.2)" in " ".join(bench("doctor")[1].split())


@pytest.mark.parametrize("own", ["2.6.0+cu124", "2.6", None, 3])
def test_a_build_or_a_module_without_a_version_is_no_other_version(monkeypatch, own):
    import torch

    monkeypatch.setattr(torch, "__version__", own)
    assert doctor._imported({"torch": "2.6.0", "no-such-module": None, "rich": "1"}) == {}


def test_without_rich_the_page_is_plain(bench, declared, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich", None)
    out = bench("doctor")[1]
    assert out.startswith("versions           python ")
    assert out.endswith("state              ready\n")


def test_kernels_that_do_not_compile_are_a_problem(bench, declared, monkeypatch):
    import rgrl.kernels.normalize_rows as kernel

    monkeypatch.setattr(kernel, "normalize_rows", lambda rows, out, length: out.zero_())
    code, out, err = bench("doctor", "--json")
    assert code == 2 and "kernels: ArithmeticError" in err
    assert json.loads(out)["kernels"] is None
    assert bench("doctor")[1].rstrip().endswith("broken")


def test_a_data_folder_that_is_none_is_a_problem(bench, declared, monkeypatch, tmp_path):
    monkeypatch.setenv("RGRL_DATA", str(tmp_path / "gone"))
    code, _, err = bench("doctor")
    assert code == 2 and "RGRL_DATA" in err and "gone" in err


def test_a_cache_that_cannot_be_written_is_a_warning(bench, declared, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "file"))
    code, out, _ = bench("doctor", "--json")
    assert code == 0
    (told,) = [text for text in json.loads(out)["warnings"] if "RGRL_CACHE" in text]
    assert "cannot be written" in told
    assert "not writable" in bench("doctor")[1]


def test_code_that_cannot_be_kept_is_a_warning(bench, declared, monkeypatch):
    monkeypatch.setattr(code_cache, "CACHE", False)
    code, out, _ = bench("doctor")
    assert code == 0
    assert "compiled code cannot be kept" in " ".join(out.split())


def test_more_threads_than_cores_are_a_warning(bench, declared, monkeypatch):
    import torch

    monkeypatch.setattr(torch, "get_num_threads", lambda: 8)
    monkeypatch.setattr(machine, "usable_cores", lambda: 2.5)
    told = json.loads(bench("doctor", "--json")[1])["warnings"]
    assert "torch has 8 threads for 2.5 usable cores: set OMP_NUM_THREADS=2" in told
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    told = json.loads(bench("doctor", "--json")[1])["warnings"]
    assert "OMP_NUM_THREADS leaves 1 of 2 usable cores to one run" in told


def test_a_containers_share_limits_the_cores(monkeypatch, tmp_path):
    limit = tmp_path / "cpu.max"
    monkeypatch.setattr(machine, "_QUOTA", limit)
    monkeypatch.setattr(machine, "_QUOTA_1", (tmp_path / "quota", tmp_path / "period"))
    free = machine.usable_cores()
    limit.write_text("50000 100000\n")
    assert machine.usable_cores() == 0.5
    limit.write_text("max 100000\n")
    assert machine.usable_cores() == free
    limit.unlink()
    (tmp_path / "quota").write_text("25000\n")
    (tmp_path / "period").write_text("100000\n")
    assert machine.usable_cores() == 0.25
    (tmp_path / "quota").write_text("-1\n")
    assert machine.usable_cores() == free


def test_without_an_installed_package_that_is_said(monkeypatch):
    def gone(name: str) -> None:
        raise requirement.PackageNotFoundError

    monkeypatch.setattr(requirement, "requires", gone)
    assert requirements() == []
    assert "rgrl is not installed" in doctor.examine(None)["problems"][0]


def test_requirements_are_read_as_they_are_declared(declared):
    torch, *_, ruff = requirements()
    assert (torch.name, torch.lowest, torch.extra) == ("torch", "2.6", None)
    assert (ruff.name, ruff.extra) == ("ruff", "test")
    assert {each.name: each.lowest for each in requirements()}["typer"] is None
    assert "rgrl" not in {each.name for each in requirements()}


@pytest.mark.parametrize(
    ("found", "lowest", "enough"),
    [("2.10.0", "2.6", True), ("2.6.0+cpu", "2.6", True), ("2.5.9", "2.6", False), ("3.0rc1", "3", True)],
)
def test_versions_are_compared_by_number(found, lowest, enough):
    assert (Requirement("x", lowest, None, found).missing is None) == enough
