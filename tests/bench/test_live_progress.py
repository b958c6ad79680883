from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rich.console import Console

from rgrl.bench.live_progress import LiveProgress
from rgrl.bench.observer import Moment


def run_on_a_terminal(*arguments: object, stdout: int | None = None) -> tuple[int, str]:
    """Run ``rgrl-bench`` with a terminal as standard error: exit code, and what the terminal was sent.

    Args:
        arguments: Of the command.
        stdout: Standard output's descriptor; the same terminal when left out.
    """
    ours, theirs = pty.openpty()
    sent = bytearray()

    def read() -> None:
        try:
            while data := os.read(ours, 4096):
                sent.extend(data)
        except OSError:  # the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    code = "import sys; from rgrl.bench.cli import main; sys.argv[0] = 'rgrl-bench'; main()"
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "160"}
    try:
        child = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=theirs if stdout is None else stdout,
            stderr=theirs,
            env=environment,
            check=False,
        )
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)
    return child.returncode, sent.decode()


@pytest.mark.parametrize("as_json", [True, False])
def test_results_go_to_standard_output_beside_a_live_terminal(tmp_path: Path, as_json):
    flags = ["--json"] if as_json else []
    with (tmp_path / "out").open("wb") as file:
        code, drawn = run_on_a_terminal(
            *("run", "karate", "--epochs", 6, "--out", tmp_path / "results", *flags), stdout=file.fileno()
        )
    assert code == 0, drawn
    assert "karate seed 1/1" in drawn
    assert "test_mean" not in drawn
    assert "best validation" not in drawn
    out = (tmp_path / "out").read_text()
    assert "\x1b" not in out
    if as_json:
        assert json.loads(out) == json.loads((tmp_path / "results" / "results.jsonl").read_text())
    else:
        assert "best validation" in out
        assert out.endswith(f"stored in {tmp_path / 'results' / 'results.jsonl'}\n")


def test_no_bar_is_drawn_into_a_table_on_the_same_terminal(tmp_path: Path):
    code, drawn = run_on_a_terminal("run", "karate", "digits", "--epochs", 6, "--out", tmp_path)
    assert code == 0, drawn
    before, *tables = drawn.split("RGRL on ")
    assert len(tables) == 2
    for earlier, table in zip([before, *tables], tables, strict=False):
        assert "seed 1/1" not in earlier.rpartition("\x1b[2K")[2], "the bar's line is erased first"
        assert "seed 1/1" not in table.partition("raw features")[0]


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(terminal: io.StringIO) -> LiveProgress:
    return LiveProgress(Console(file=terminal, force_terminal=True, width=160))


def moment(update: int, *, seed: int = 0, loss: float | None = 0.5) -> Moment:
    return Moment("karate", seed, 3, update, 10, loss, 61.5)


def test_the_bar_shows_seed_update_loss_and_validation(progress, terminal):
    with progress:
        progress.update(moment(0, loss=None))
        progress.update(moment(7))
        progress.update(moment(2, seed=1))
    drawn = terminal.getvalue()
    for text in ("karate seed 2/3", "2/10", "loss 0.5000", "val 61.50", "left"):
        assert text in drawn
    assert "karate seed 1/3" not in drawn.rpartition("karate seed 2/3")[2]


def test_a_note_is_one_line_whatever_is_in_it(progress, terminal):
    note = "stored in /tmp/[bold]/" + "long " * 60
    with progress:
        progress.note(note)
    assert note in terminal.getvalue()


def test_a_download_comes_and_goes(progress, terminal):
    with progress:
        progress.download("ind.cora.x", 0, None)
        progress.download("ind.cora.x", 10, 20)
        progress.download("ind.cora.x", 20, 20)
        progress.download("ind.cora.y", 5, 5)
    assert progress._progress.tasks == []


def test_standard_output_is_left_alone_and_all_is_put_back(progress):
    out, err = sys.stdout, sys.stderr
    with progress:
        assert sys.stdout is out
        assert sys.stderr is not err, "what is logged while the bar stands goes above it"
    assert sys.stderr is err
