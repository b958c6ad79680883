"""The folder that results go to."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from rgrl.bench.result import SCHEMA, schema_of
from rgrl.bench.run_key import RunKey
from rgrl.bench.stored_results import read_results, result_identity
from rgrl.errors import DataError, OutputError
from rgrl.evaluate import load_embeddings
from rgrl.write_whole import write_whole

logger = logging.getLogger(__name__)


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

    def holds_embedding(self, key: RunKey, seed: int) -> bool:
        """Whether the chosen embedding of a seed is there, whole and of this graph."""
        path = self.embedding(key, seed)
        if not path.exists():
            return False
        try:
            return load_embeddings(path).fingerprint == key.digest
        except DataError as error:
            logger.warning("trained again, for %s", error)
            return False

    def record(self, key: RunKey, seed: int, *, level: int = logging.WARNING) -> dict[str, Any] | None:
        """What is kept of a seed that was finished on this graph, ``None`` if it was not.

        Args:
            key: The run.
            seed: The seed.
            level: At which to log that a record is damaged, and its seed therefore trained again.
        """
        path = self._record_path(key, seed)
        try:
            record = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.log(level, "trained again, for %s cannot be read: %s", path, error.strerror)
            return None
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            logger.log(level, "trained again, for %s is damaged or cut short", path)
            return None
        if record.get("digest") != key.digest:
            return None
        # Records did not say by which schema they are before there was a third.
        return record if record.get("schema", 2) == SCHEMA else None

    def forget(self, key: RunKey, *, seeds: int) -> None:
        """Let the first seeds of a run be trained anew; results that are stored stay."""
        for seed in range(seeds):
            self._record_path(key, seed).unlink(missing_ok=True)

    @contextmanager
    def claimed(self, key: RunKey, seed: int) -> Iterator[None]:
        """Keep a seed to oneself meanwhile; whoever else wants it waits, and then finds its record.

        The claim of a process that is killed ends with it.

        Raises:
            OutputError: If it cannot be claimed.
        """
        path = self._record_path(key, seed).with_suffix(".lock")
        with ExitStack() as stack:
            try:
                file = stack.enter_context(path.open("ab"))
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    logger.warning("%s: another process is at this seed, waiting for it", path.stem)
                    fcntl.flock(file, fcntl.LOCK_EX)
            except OSError as error:
                raise OutputError(f"{path} cannot be locked: {error.strerror}") from None
            yield

    def keep_record(self, key: RunKey, seed: int, record: Mapping[str, Any]) -> None:
        """Keep a finished seed's record; whoever reads finds all of it or none.

        Raises:
            OutputError: If it cannot be written.
        """
        path = self._record_path(key, seed)
        text = json.dumps({**record, "schema": SCHEMA, "digest": key.digest}, allow_nan=False)
        with write_whole(path) as temporary:
            temporary.write_text(text)

    def find(self, key: RunKey, task: str, *, seeds: int) -> dict[str, Any] | None:
        """The newest stored result of a run and task, of at least so many seeds; ``None`` without one."""
        asked = "" if key.clusters is None else str(key.clusters)
        wanted = (key.dataset, key.method, task, key.config_hash, key.digest, asked)
        return next(
            (
                result
                for result in reversed(read_results(self.results, level=logging.DEBUG))
                if result_identity(result) == wanted
                and result["seeds"] >= seeds
                and result["schema"] == schema_of(task)
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
