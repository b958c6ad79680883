"""Every command that README.md and docs/ print names what there is, and runs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from own_files import make_files
from printed import PROJECT, Line, command_lines, pages
from printed_command import PrintedCommand

from rgrl.errors import RGRLError

LINES = [line for page in pages() for line in command_lines(page)]
RUN = "from rgrl.bench.cli import main; main()"


def faults(line: Line) -> list[str]:
    """What is wrong with a printed command; each begins with its place."""
    command = PrintedCommand(line.text)
    if unknown := command.unknown_words():
        return [f"{line.place}: {line.text}: there is no {', '.join(unknown)}"]
    if line.inline and not command.is_whole:  # named by its beginning
        return []
    if command.has_placeholder:
        return []
    try:
        command.check()
    except Exception as error:
        if not isinstance(error, RGRLError) and not hasattr(error, "format_message"):
            raise
        return [f"{line.place}: {line.text}: {error}"]
    return []


def to_run() -> dict[str, list[str]]:
    """Each command once, as it is shortened, with the words of one that was printed."""
    found: dict[str, list[str]] = {}
    for line in LINES:
        command = PrintedCommand(line.text)
        if not command.unknown_words() and command.is_whole:
            words = command.shortened()
            found.setdefault(shlex.join(words), words)
    return found


def test_every_printed_command_names_what_there_is():
    assert [fault for line in LINES for fault in faults(line)] == []


def test_the_read_me_s_commands_are_among_them():
    printed = (PROJECT / "README.md").read_text("utf-8").count("rgrl-bench ")
    found = [line for line in LINES if line.page.name == "README.md"]
    assert len(found) == printed > 15


@pytest.mark.parametrize(
    "text",
    [
        "rgrl-bench run cora --seedz 3",
        "rgrl-bench rum cora",
        "rgrl-bench run corra",
        "rgrl-bench run cora --methods rgrl,gracious",
        "rgrl-bench run cora --tasks clusters",
        "rgrl-bench run cora --set num_ankers=3",
        "rgrl-bench run cora --set norm=plain",
        "rgrl-bench run cora --seeds three",
        "rgrl-bench run",
        "rgrl-bench run cora --preset rgrl-corra",
        "rgrl-bench image digits --set queue=3",
        "rgrl-bench compare results --task clusters",
        "rgrl-bench evaluate mine.npy --dataset corra",
        "rgrl-bench data fetch corra",
    ],
)
def test_what_there_is_not_is_found(text):
    page = PROJECT / "README.md"
    assert len(faults(Line(page, 1, text, inline=False))) == 1


def test_commands_are_read_from_code_and_from_sentences(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Say `rgrl-bench run\nkarate` or:\n\n    rgrl-bench run digits  # long\n    echo no\n\n"
        "```bash\n$ rgrl-bench run karate \\\n    --seeds 3\n```\n\n```python\nrgrl-bench\n```\n"
    )
    assert [(line.text, line.inline) for line in command_lines(page)] == [
        ("rgrl-bench run digits  # long", False),
        ("rgrl-bench run karate", True),
        ("rgrl-bench run karate --seeds 3", False),
    ]


def test_shortening_leaves_embedded_data_their_epochs_and_large_graphs_one_task():
    def shortened(text: str) -> str:
        return " ".join(PrintedCommand(f"rgrl-bench {text}").shortened())

    assert shortened("run digits --epochs 50") == "run digits --epochs 50 --seeds 1"
    assert shortened("run cora citeseer --seeds 3") == "run cora --seeds 1 --epochs 1"
    assert (
        shortened("run cs --tasks clustering,similarity") == "run cs --seeds 1 --epochs 1 --tasks similarity"
    )
    assert shortened("run cs --methods raw") == "run cs --methods raw --seeds 1"
    assert shortened("run cs --tasks clustering") == "run cs --tasks clustering --seeds 1 --epochs 1"
    both = "--tasks classification,clustering"
    assert shortened(f"run cora citeseer {both}") == f"run cora {both} --seeds 1 --epochs 1"
    assert shortened(f"run karate {both}") == f"run karate {both} --seeds 1"
    assert shortened("tune cora --trials 50") == "tune cora --epochs 1 --trials 1"
    assert shortened("compare results") == "compare results"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader would have it: some results, some files, the stored benchmarks."""
    folder = tmp_path_factory.mktemp("printed")
    (folder / "benchmarks").symlink_to(PROJECT / "benchmarks")
    karate = [
        "run",
        "karate",
        "--epochs",
        "1",
        "--methods",
        "rgrl,raw",
        "--tasks",
        "classification,clustering",
    ]
    call(folder, [*karate, "--out", "results"])
    call(folder, ["image", "digits", "--epochs", "1", "--out", "results"])
    return folder


def call(folder: Path, words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},  # --install-completion writes there
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, f"rgrl-bench {' '.join(words)}\n{done.stderr[-2000:]}"


@pytest.mark.slow
@pytest.mark.parametrize("text", to_run())
def test_printed_command_runs(text, workspace):
    words = to_run()[text]
    root = os.environ.get("RGRL_DATA")
    command = PrintedCommand(f"rgrl-bench {text}")
    if reason := command.missing(Path(root) if root else None):
        pytest.skip(reason)
    make_files(workspace, command, root=root)
    call(workspace, words)
