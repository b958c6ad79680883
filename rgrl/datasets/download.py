"""Download of one file: time-outs, one retry, digest, and never a half-written file in place."""

from __future__ import annotations

import http.client
import logging
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from urllib.request import Request, urlopen

from rgrl.datasets.arrival import arriving
from rgrl.datasets.raw_file import RawFile
from rgrl.errors import DataUnavailableError

ProgressCallback = Callable[[str, int, int | None], None]
"""Called with the file's name, the bytes done, and the bytes in all (None where unknown)."""

SILENCE_TIMEOUT_S = 15.0
TOTAL_TIMEOUT_S = 1800.0
# A larger file may take longer than the above, at this pace.
SLOWEST_BYTES_PER_S = 100_000
# For files of unknown size.
MAX_DOWNLOAD_BYTES = 1024**3
_ATTEMPTS = 2
_CHUNK_BYTES = 1 << 18

_log = logging.getLogger(__name__)


def download(file: RawFile, folder: Path, progress: ProgressCallback | None = None) -> Path:
    """Fetch one file from its official address.

    Args:
        file: What to fetch; its `url` must be set.
        folder: Where to put it, under its published name.
        progress: Told of every chunk.

    Returns:
        Path of the complete, checked file.

    Raises:
        DataUnavailableError: The address could not be reached, or does not have the file.
        DataError: What came has the wrong digest; it is kept aside as `<file>.rejected`.
    """
    if file.url is None:
        by_hand = f"; download it by hand, {file.page} links to it" if file.page else ""
        raise DataUnavailableError(f"'{file.name}' has no official address{by_hand}")
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _download_once(file, file.url, folder, progress)
        except urllib.error.HTTPError as error:
            reason, final = f"HTTP status {error.code}", 400 <= error.code < 500
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, DataUnavailableError):
                raise
            cause = error.reason if isinstance(error, urllib.error.URLError) else error
            reason, final = " ".join(str(cause).split()) or type(error).__name__, False
        if final or attempt == _ATTEMPTS:
            raise DataUnavailableError(f"{file.url}: {reason}")
        _log.info("%s: %s; trying once more", file.url, reason)
    raise AssertionError("unreachable")


def _download_once(file: RawFile, url: str, folder: Path, progress: ProgressCallback | None) -> Path:
    limit = file.size or MAX_DOWNLOAD_BYTES
    request = Request(url, headers={"User-Agent": "rgrl"})
    with urlopen(request, timeout=SILENCE_TIMEOUT_S) as response:
        length = response.headers.get("Content-Length")
        total = int(length) if length is not None and length.isdigit() else file.size
        if total is not None and total > limit:
            raise DataUnavailableError(f"{url}: offers {total} bytes; at most {limit} are expected")
        with arriving(file, folder) as stream:
            done = _copy(response, stream, file.name, total, limit, progress)
            if total is not None and done < total:
                raise ConnectionError(f"broke off after {done} of {total} bytes")
    return folder / file.name


def _copy(
    response: BinaryIO,
    stream: BinaryIO,
    name: str,
    total: int | None,
    limit: int,
    progress: ProgressCallback | None,
) -> int:
    allowed = max(TOTAL_TIMEOUT_S, (total or 0) / SLOWEST_BYTES_PER_S)
    done, end = 0, time.monotonic() + allowed
    while chunk := response.read(_CHUNK_BYTES):
        done += len(chunk)
        if done > limit:
            raise DataUnavailableError(f"'{name}' is larger than the {limit} bytes that are expected")
        if time.monotonic() > end:
            raise DataUnavailableError(f"'{name}' is not complete after {allowed:.0f} s")
        stream.write(chunk)
        if progress is not None:
            progress(name, done, total)
    return done
