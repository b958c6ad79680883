"""Measurements that need a process of their own: a peak of memory, or settings that would outlast the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rgrl.bench.cli import SPIN_COUNT


def in_child(script: str, arguments: list[str], *, as_command: bool) -> dict[str, Any]:
    """Run a script with arguments and return the JSON object that it prints last.

    ``process_seconds``, the wall-clock time from its start to its end, is added. An error there ends all.

    Args:
        script: Path of the script.
        arguments: Its command line.
        as_command: Whether waiting threads spin as short as in the package's own command; else as long as
            OpenMP lets them, which is what other code gets.
    """
    environment = {"GOMP_SPINCOUNT": SPIN_COUNT, **os.environ} if as_command else None
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, script, *arguments], capture_output=True, text=True, env=environment
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        said = done.stderr.strip() or "nothing"
        killed = f"was killed by signal {-done.returncode}" if done.returncode < 0 else "failed"
        sys.exit(f"error: {Path(script).name} {' '.join(arguments)} {killed} and said: {said}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"process_seconds": seconds}


def append(path: Path | None, row: dict[str, Any]) -> None:
    """Add a row to a file of JSON lines, at once, so that a later failure does not lose it."""
    if path is not None:
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")
