"""Many runs at a time, each in a process of its own."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from rgrl.bench.do_work import do_work
from rgrl.bench.failure import failure
from rgrl.bench.plain_progress import PlainProgress
from rgrl.bench.work import Work

#: Seconds that a process has to store the seeds that it has finished, when all are stopped.
_LAST_SECONDS = 20.0

#: A result, or the reason for which there is none.
Outcome = tuple[Work, dict[str, Any] | str]


def in_processes(works: Sequence[Work], *, jobs: int) -> Generator[Outcome, None, None]:
    """Do works in processes and give each result, and each failure in words, when it is there.

    A process does one work, so that one that is killed, as for want of memory, takes no other with it. If the
    caller stops, by an interruption too, the processes store the seeds that they have finished and end.

    Args:
        works: What to do.
        jobs: Processes at a time.
    """
    waiting, running = deque(works), dict[Connection, tuple[Any, Work]]()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                work = waiting.popleft()
                receiver, process = _started(work, jobs)
                running[receiver] = process, work
            ready = set(wait(list(running)))
            for receiver in [each for each in running if each in ready]:
                process, work = running[receiver]
                try:
                    outcome = receiver.recv()
                except (EOFError, OSError):  # it has ended, perhaps halfway through a result
                    process.join()
                    del running[receiver]
                    if process.exitcode:
                        yield work, f"{work}: its process ended with {_exit(process.exitcode)}"
                    continue
                yield work, outcome
    finally:
        for process, _ in running.values():
            process.terminate()
        for process, _ in running.values():
            process.join(_LAST_SECONDS)
            process.kill()


def _started(work: Work, jobs: int) -> tuple[Connection, Any]:
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_do_in_process, args=(work, sender, logging.getLogger().level))
    with _environment(OMP_NUM_THREADS=str(share_of_cores(jobs))), _interruptions_ignored():
        process.start()
    sender.close()
    return receiver, process


def share_of_cores(jobs: int) -> int:
    """Threads of each of so many processes; no more than ``OMP_NUM_THREADS`` where it is set."""
    share = max(1, len(os.sched_getaffinity(0)) // jobs if hasattr(os, "sched_getaffinity") else 1)
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return min(share, int(wanted)) if wanted.isdigit() and int(wanted) > 0 else share


def _do_in_process(work: Work, sender: Connection, log_level: int) -> None:
    """Send every result, and the reason where something fails."""
    signal.signal(signal.SIGTERM, _interrupt)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.basicConfig(format="%(name)s: %(message)s", level=log_level)
    try:
        for result in do_work(work, display=lambda: PlainProgress(sys.stderr)):
            sender.send(result)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sender.send(failure(work, error))


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would keep the finished seeds from disk
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    """End as if interrupted when the parent is gone, which may have been killed."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set variables that a process is started with; OpenMP reads its own when torch is loaded."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _interruptions_ignored() -> Iterator[None]:
    """A process that is started meanwhile leaves Ctrl-C, which reaches both, to its parent."""
    if threading.current_thread() is not threading.main_thread():  # where signals cannot be set
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _exit(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
