"""All seeds of a run, one after the other, and the result of those that were finished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rgrl.bench.observer import Observer
from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.errors import OutputError

Record = dict[str, Any]


def store_every_seed(
    key: RunKey,
    record: Callable[[int], Record],
    result_of: Callable[[Sequence[Record]], dict[str, Any]],
    *,
    seeds: int,
    folder: ResultFolder,
    observer: Observer,
) -> dict[str, Any]:
    """Gather the seeds' records, and store and return their result.

    Whatever stops the run, a result of the seeds that were finished is stored before it goes on; its
    ``seeds`` is below its ``seeds_asked``.

    Args:
        key: What is run.
        record: Gives the record of a seed, from disk or of a training that happens now.
        result_of: Makes a result of records.
        seeds: Seeds 0 … ``seeds`` − 1.
        folder: Where the result goes.
        observer: Told what was stored of a run that was stopped.

    Raises:
        OutputError: If the result cannot be written.
    """
    records: list[Record] = []

    def store() -> dict[str, Any]:
        result = result_of(records)
        folder.append(result)
        return result

    try:
        for seed in range(seeds):
            records += [record(seed)]
    except BaseException:
        if records:
            finished = f"{key}: stopped; {len(records)} of {seeds} seeds"
            try:
                store()
                observer.note(f"{finished} stored in {folder.results}")
            except OutputError as error:  # what stopped the run is still what ends it
                observer.note(f"{finished} lost: {error}")
        raise
    return store()
