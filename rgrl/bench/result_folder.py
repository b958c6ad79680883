"""The folder that results go to."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rgrl.bench.run_key import RunKey
from rgrl.errors import OutputError


class ResultFolder:
    """``results.jsonl``, one result a line; beside it record and chosen embedding of each finished seed.

    Args:
        path: Made when missing.

    Raises:
        OutputError: If nothing can be written there; said before anything is computed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            for part in ("embeddings", "seeds"):
                (path / part).mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=path / part):
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

    def embedding(self, key: RunKey, seed: int) -> Path:
        """Where the chosen embedding of a seed is kept."""
        return self.path / "embeddings" / f"{key.file_stem(seed)}.safetensors"

    def record(self, key: RunKey, seed: int) -> dict[str, Any] | None:
        """What is kept of a seed that was finished on this graph, ``None`` if it was not."""
        path = self._record_path(key, seed)
        try:
            record = json.loads(path.read_text())
        except (OSError, ValueError):
            return None
        return dict(record) if record.get("digest") == key.digest else None

    def keep_record(self, key: RunKey, seed: int, record: Mapping[str, Any]) -> None:
        """Keep a finished seed's record; whoever reads finds all of it or none.

        Raises:
            OutputError: If it cannot be written.
        """
        path = self._record_path(key, seed)
        try:
            with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
                json.dump({**record, "digest": key.digest}, file, allow_nan=False)
            Path(file.name).replace(path)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}") from None

    def find(self, key: RunKey, task: str, *, seeds: int) -> dict[str, Any] | None:
        """The newest stored result of a run and task, of at least so many seeds; ``None`` without one."""
        wanted = (key.dataset, key.method, task, key.config_hash, key.digest)
        return next(
            (
                result
                for result in reversed(read_results(self.results))
                if result_identity(result) == wanted and result["seeds"] >= seeds
            ),
            None,
        )

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

    def _record_path(self, key: RunKey, seed: int) -> Path:
        return self.path / "seeds" / f"{key.file_stem(seed)}.json"


def read_results(path: Path) -> list[dict[str, Any]]:
    """Every result of a ``results.jsonl``, in its order; a line that was left unfinished is passed over."""
    found = []
    for line in path.read_text().splitlines():
        try:
            result = json.loads(line)
        except ValueError:
            continue
        if isinstance(result, dict) and "method" in result:
            found.append(result)
    return found


def result_identity(result: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Dataset, method, task, settings and graph of a result: what a later one replaces."""
    digest = str(result["fingerprint"]["digest"])
    return result["dataset"], result["method"], result["task"], result["config_hash"], digest
