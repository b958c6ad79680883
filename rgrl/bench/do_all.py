"""Many runs, in this process or in several; one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from typing import Any

from rgrl.bench.do_work import Display, do_work
from rgrl.bench.failure import failure
from rgrl.bench.in_processes import Outcome, in_processes
from rgrl.bench.work import Work
from rgrl.errors import RunsFailedError


def do_all(
    works: Sequence[Work], *, jobs: int, display: Display, show: Callable[[dict[str, Any]], None]
) -> None:
    """Do all works; one that fails does not keep the others from being done.

    Args:
        works: What to do.
        jobs: Processes to do it in; with 1, this one.
        display: Makes an observer that is a context manager.
        show: Called with every result, stored ones that need not be done again included.

    Raises:
        RGRLError: What stopped the only work.
        RunsFailedError: At the end, if some of several failed; it names each with its reason.
    """
    if len(works) == 1:
        for result in do_work(works[0], display=display):
            show(result)
        return
    failures: dict[Work, str] = {}
    done = 0
    jobs = min(jobs, len(works))
    with closing(in_processes(works, jobs=jobs) if jobs > 1 else _here(works, display)) as outcomes:
        for work, outcome in outcomes:
            if isinstance(outcome, str):
                failures[work] = outcome
            else:
                done += 1
                show(outcome)
    if failures:
        said = "; ".join(failures[work] for work in works if work in failures)
        tasks = sum(len(work.tasks) for work in works)
        stored = f"{done} result{'' if done == 1 else 's'} stored"
        raise RunsFailedError(f"{tasks - done} of {tasks} tasks failed, {stored}: {said}")


def _here(works: Sequence[Work], display: Display) -> Generator[Outcome, None, None]:
    for work in works:
        try:
            for result in do_work(work, display=display):
                yield work, result
        except Exception as error:
            yield work, failure(work, error)
