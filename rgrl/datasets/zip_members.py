"""Reading of single members of a published zip file, which is never unpacked into a folder."""

from __future__ import annotations

import errno
import gzip
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError, DataUnavailableError, RGRLError, UnsafeDataError

# Unpacked; Reddit's graph would take 2.75 GB with three numbers of 8 bytes an edge.
MAX_MEMBER_BYTES = 4 * 1024**3


class ZipMembers:
    """A zip file whose members are read by their exact names; a context manager.

    Whatever else the archive holds is not looked at, no path of it is used on disk, and no array of it may be
    a pickle. An error within the block that is none of the package's own means that the file is damaged.

    Args:
        path: The zip file.
        form: What it should be, for the message: `not in <form>`.

    Raises:
        UnsafeDataError: An array is pickled.
        DataError: The file is damaged, or of another form; the message names it.
        DataUnavailableError: The temporary folder has no room for a member.
    """

    def __init__(self, path: Path, form: str) -> None:
        self._path, self._form = path, form

    def __enter__(self) -> ZipMembers:
        try:
            self._archive = zipfile.ZipFile(self._path)
        except Exception as error:
            self._refuse(error)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()
        if isinstance(error, Exception):
            self._refuse(error)

    def read(self, name: str) -> bytes:
        """Return a member."""
        with self._archive.open(self._known(name)) as stream:
            return stream.read()

    def read_gzip(self, name: str) -> bytes:
        """Return a gzipped member, unpacked."""
        with self._archive.open(self._known(name)) as packed, gzip.GzipFile(fileobj=packed) as stream:
            content = stream.read(MAX_MEMBER_BYTES + 1)
        if len(content) > MAX_MEMBER_BYTES:
            raise DataError(f"'{name}' unpacks to more than the {MAX_MEMBER_BYTES} bytes that are accepted")
        return content

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return the array of a `.npy` member."""
        with self._archive.open(self._known(name)) as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)

    @contextmanager
    def arrays(self, name: str) -> Iterator[Mapping[str, npt.NDArray[Any]]]:
        """Open a `.npz` member, by way of a temporary file: a member cannot be read in any order."""
        member = self._known(name)
        with tempfile.TemporaryFile() as file:
            try:
                with self._archive.open(member) as stream:
                    shutil.copyfileobj(stream, file)
                file.seek(0)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                raise DataUnavailableError(
                    f"{tempfile.gettempdir()} has no room for the {member.file_size} bytes of '{name}'; "
                    "set TMPDIR to a folder with room"
                ) from error
            with np.load(file, allow_pickle=False) as arrays:
                for part in arrays.zip.infolist():
                    _require_size(part)
                yield arrays

    def _known(self, name: str) -> zipfile.ZipInfo:
        try:
            member = self._archive.getinfo(name)
        except KeyError:
            raise DataError(f"it has no '{name}'") from None
        _require_size(member)
        return member

    def _refuse(self, error: Exception) -> NoReturn:
        if isinstance(error, UnsafeDataError | DataUnavailableError):
            raise error
        if isinstance(error, DataError):
            raise DataError(f"{self._path}: {error}") from error
        if isinstance(error, RGRLError | MemoryError):
            raise error
        if "allow_pickle" in str(error):
            raise UnsafeDataError(
                f"{self._path}: an array in it is a pickle; nothing of it was run"
            ) from error
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{self._path} is damaged or not in {self._form}: {reason}") from error


def _require_size(member: zipfile.ZipInfo) -> None:
    if member.file_size > MAX_MEMBER_BYTES:
        raise DataError(
            f"'{member.filename}' has {member.file_size} bytes; at most {MAX_MEMBER_BYTES} are accepted"
        )
