"""The commands of ``docs/report.md``, as they are printed."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "report.md"


@pytest.mark.slow
def test_the_commands_work_as_printed(bench, tmp_path, monkeypatch):
    pytest.importorskip("kornia")
    monkeypatch.chdir(tmp_path)
    lines = [line.strip() for line in PAGE.read_text().splitlines() if line.startswith("    rgrl-bench ")]
    assert len(lines) == 4
    for line in lines:
        code, _, err = bench(*shlex.split(line)[1:])
        assert code == 0, err
    page = Path("report.html").read_text()
    assert "<h1>Karate and digits</h1>" in page
    assert page.count("coloured by class") == 3
    (log,) = Path("logged/logs").iterdir()
    assert log.read_text().startswith("update,loss,val_mean,test_mean\n0,,")
