"""The folder that results go to."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rgrl.errors import OutputError


class ResultFolder:
    """``results.jsonl``, one result a line, and the chosen embeddings beside it.

    Args:
        path: Made when missing.

    Raises:
        OutputError: If nothing can be written there; said before anything is computed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            (path / "embeddings").mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path / "embeddings"):
                pass
            with self.results.open("ab+"):  # as `append` will
                pass
        except OSError as error:
            place = error.filename if error.filename == str(self.results) else path
            raise OutputError(
                f"--out {path} cannot be written ({place}: {error.strerror}): a folder to write to is needed"
            ) from None

    @property
    def results(self) -> Path:
        """The file of results."""
        return self.path / "results.jsonl"

    def embedding(self, dataset: str, method: str, config_hash: str, seed: int) -> Path:
        """Where the chosen embedding of a seed is kept."""
        return self.path / "embeddings" / f"{dataset}-{method}-{config_hash}-seed{seed}.safetensors"

    def append(self, result: Mapping[str, Any]) -> None:
        """Add a result as one line; a reader sees all of it or none.

        The line goes out under a lock, after the end of whatever an earlier process that was killed may have
        left unfinished. What could be written in part only is taken back.

        Raises:
            OutputError: If it cannot be written.
        """
        line = json.dumps(result, allow_nan=False).encode() + b"\n"
        try:
            with self.results.open("ab+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if (end := file.seek(0, os.SEEK_END)) > 0:
                    file.seek(-1, os.SEEK_END)
                    line = line if file.read(1) == b"\n" else b"\n" + line
                try:
                    while line:
                        line = line[os.write(file.fileno(), line) :]
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), end)
                    raise
        except OSError as error:
            raise OutputError(f"{self.results} cannot be written: {error.strerror}") from None
