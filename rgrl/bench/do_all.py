"""Many runs, in this process or in several; one that fails does not stop the others."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Any

from rgrl.bench.do_work import Display, do_work
from rgrl.bench.plain_progress import PlainProgress
from rgrl.bench.work import Work
from rgrl.errors import RGRLError, RunsFailedError

logger = logging.getLogger(__name__)


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
    failures: list[str] = []
    if jobs == 1:
        for work in works:
            try:
                for result in do_work(work, display=display):
                    show(result)
            except Exception as error:
                if len(works) == 1:
                    raise
                failures.append(_failure(work, error))
    else:
        # Each process has its share of the cores; it must be set before torch is loaded there.
        os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // jobs))
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            waiting = {pool.submit(_do_in_process, work): work for work in works}
            for done in as_completed(waiting):
                try:
                    for result in done.result():
                        show(result)
                except Exception as error:
                    failures.append(_failure(waiting[done], error))
    if failures:
        raise RunsFailedError(f"{len(failures)} of {len(works)} runs failed: {'; '.join(failures)}")


def _do_in_process(work: Work) -> list[dict[str, Any]]:
    return list(do_work(work, display=lambda: PlainProgress(sys.stderr)))


def _failure(work: Work, error: Exception) -> str:
    if isinstance(error, RGRLError):
        return f"{work}: {error}"
    logger.error("%s failed", work, exc_info=error)
    return f"{work}: {type(error).__name__}: {error}"
