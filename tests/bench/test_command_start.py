"""``python -m rgrl.bench`` is the command, and a broken package is named in place of a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rgrl.bench import environment

PROJECT = Path(__file__).parents[2]


def started(*arguments: object, ahead: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command as a module, with a folder ahead of all others on the path."""
    places = [str(ahead), str(PROJECT)] if ahead else [str(PROJECT)]
    return subprocess.run(
        [sys.executable, "-m", "rgrl.bench", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        capture_output=True,
        text=True,
    )


def test_the_module_is_the_command_under_its_own_name():
    helped = started("run", "--help")
    assert helped.returncode == 0, helped.stderr
    assert helped.stdout.startswith("Usage: python -m rgrl.bench run [OPTIONS]")
    wrong = started("frob")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "error: No such command 'frob'.\n"


def test_a_result_says_how_it_can_be_made_again(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/some/where/rgrl/bench/__main__.py", "run", "a b"])
    assert environment.command() == "python -m rgrl.bench run 'a b'"
    monkeypatch.setattr(sys, "argv", ["/usr/bin/rgrl-bench", "run", "karate"])
    assert environment.command() == "rgrl-bench run karate"


@pytest.mark.slow
def test_the_processes_of_jobs_do_not_start_it_anew(tmp_path):
    done = started("run", "karate", "--methods", "raw,untrained", "--jobs", 2, "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["method"] for each in results} == {"raw", "untrained"}


def test_the_installed_command_begins_there_too():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert project["project"]["scripts"] == {"rgrl-bench": "rgrl.bench.__main__:main"}


HALF_GONE = ("raise ImportError('half gone')", "ImportError: half gone")


@pytest.mark.parametrize(
    ("command", "package", "code", "reason"),
    [
        ("doctor", "typer", r"raise AttributeError('no\n such thing')", "AttributeError: no such thing"),
        ("list", "typer", "def (", "SyntaxError: invalid syntax"),
        ("list", "rich", *HALF_GONE),
        pytest.param("doctor", "rich", *HALF_GONE, marks=pytest.mark.slow),  # it looks at all the others
    ],
)
def test_a_package_that_breaks_on_import_is_one_line_and_code_2(tmp_path, command, package, code, reason):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(code)
    ended = started(command, ahead=tmp_path)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"error: {package} cannot be imported: {reason}")
    assert line.endswith(f": pip install --force-reinstall {package}")
    if (package, command) == ("rich", "doctor"):
        assert "state              broken" in ended.stdout


def test_a_bug_of_our_own_keeps_its_traceback(tmp_path):
    code = (
        "import rgrl.bench.cli as cli, rgrl.bench.__main__ as main\n"
        "def broken(): raise ValueError('ours')\n"
        "cli.main = broken\n"
        "main.main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.rstrip().endswith("ValueError: ours")
