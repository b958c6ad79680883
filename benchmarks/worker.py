"""A process that measures when it is asked to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


class Worker:
    """A script that reads a line, measures once and writes a line of JSON.

    It writes one when it is warm, and a last one at the end of its input.

    Args:
        script: Its name in this folder.
        arguments: Its command line.
    """

    def __init__(self, script: str, arguments: list[str]) -> None:
        command = [sys.executable, str(Path(__file__).parent / script), *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read()  # it is warm now

    def read(self) -> Any:
        """The next line of the process."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"error: {' '.join(map(str, self.process.args))} failed")  # type: ignore[arg-type]
        return json.loads(line)

    def measure(self) -> Any:
        """One figure."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.read()

    def finish(self) -> Any:
        """End the process and return its last line."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.read()
