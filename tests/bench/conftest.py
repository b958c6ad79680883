"""The command, run in this process."""

from __future__ import annotations

import sys

import pytest

from rgrl.bench import cli


@pytest.fixture
def bench(monkeypatch, capsys):
    """Run ``rgrl-bench`` in this process: exit code, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rgrl-bench", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def refused():
    """The one line that a refusal consists of, out of what ``bench`` gave."""

    def check(outcome: tuple[int, str, str]) -> str:
        code, out, err = outcome
        lines = err.strip().splitlines()
        assert code == 2, err
        assert out == ""
        assert lines[-1].startswith("error: ")
        assert "Traceback" not in err
        return lines[-1]

    return check
