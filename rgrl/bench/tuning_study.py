"""Where the trials of a search are kept, on this machine or on a server."""

from __future__ import annotations

import json
import logging
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from rgrl.bench.worker import is_dead, this_worker
from rgrl.errors import ConfigError, MissingExtraError, OutputError

#: Raise it whenever trials of before can no longer stand beside new ones.
_SCHEMA = 1
_IDENTITY, _OUTCOME, _UPDATE, _WORKER = "rgrl_search", "rgrl_outcome", "rgrl_update", "rgrl_worker"
_PRESET = "rgrl_preset"

#: Seconds to wait before a storage is tried again.
_PAUSES = (0.2, 0.5)

#: Trials that end before a trial may be pruned.
_NEVER_PRUNED = 5


def require_optuna() -> None:
    """Refuse a search that could not begin.

    Raises:
        MissingExtraError: If Optuna is not installed.
    """
    try:
        import optuna  # noqa: F401
    except ImportError:
        raise MissingExtraError("tune needs Optuna: pip install 'rgrl[tune]'") from None


class TuningStudy:
    """An Optuna study of one search; several processes and machines may work at it.

    Pruning is by the median: a trial whose best validation score so far is below the median of the others' at
    the same update is given up, the first five that end and the first quarter of the updates excepted.

    What a trial draws depends on the seed, its number and the trials before it only, so that a search that
    was stopped and goes on is the same as one that was not.

    Args:
        url: Storage, as SQLAlchemy writes it, such as ``sqlite:///tune.sqlite3``.
        name: Of the study; one storage may hold many.
        identity: What decides a trial's score and is not searched. Trials of another one are refused.
        seed: Of what is drawn.
        epochs: Updates of a trial.

    Raises:
        MissingExtraError: If Optuna is not installed.
        OutputError: If the storage cannot be reached.
        ConfigError: If it holds a study of this name that is another search.
    """

    def __init__(self, url: str, name: str, identity: Mapping[str, Any], *, seed: int, epochs: int) -> None:
        require_optuna()
        import optuna

        _follow_our_logging()
        self._place = _without_password(url)
        self._seed = seed
        pruner = optuna.pruners.MedianPruner(n_startup_trials=_NEVER_PRUNED, n_warmup_steps=epochs // 4)
        self._study = self._opened(url, name, pruner)
        with self._reachable():
            self._require_same({"schema": _SCHEMA, **identity})
            self._forget_the_dead()

    def __str__(self) -> str:
        return f"{self._study.study_name} in {self._place}"

    @property
    def finished(self) -> int:
        """Trials that ended by themselves, the given up among them."""
        with self._reachable():
            return len(self._trials("COMPLETE", "PRUNED"))

    @property
    def outcomes(self) -> dict[str, int]:
        """How many trials were completed, pruned and diverged."""
        with self._reachable():
            given_up = [trial.user_attrs.get(_OUTCOME) for trial in self._trials("PRUNED")]
            completed = len(self._trials("COMPLETE"))
        return {"completed": completed, **{kind: given_up.count(kind) for kind in ("pruned", "diverged")}}

    def best(self, count: int) -> list[Any]:
        """The completed trials of best validation score, the earliest first at a tie."""
        with self._reachable():
            return sorted(self._trials("COMPLETE"), key=lambda trial: (-trial.value, trial.number))[:count]

    def update_of(self, trial: Any) -> float | None:
        """The update that a completed trial's score is of; ``None`` where every split has its own."""
        return trial.user_attrs[_UPDATE]

    @contextmanager
    def trial(self, first: Mapping[str, Any]) -> Iterator[Any]:
        """Begin a trial; one that is left by an error is as if it had not been.

        Args:
            first: What the trial has in the place of what it would draw, if none has it: none that ended, and
                none that is under way.
        """
        import optuna

        with self._reachable():
            trial = self._begun(first)
        try:
            with self._reachable():
                yield trial
        except BaseException:
            with suppress(Exception):  # the error to see is the first
                self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
            raise

    def finish(self, trial: Any, value: float, update: float | None) -> None:
        """Keep a trial's validation score, and the update that it is of."""
        trial.set_user_attr(_UPDATE, update)
        self._study.tell(trial, value)

    def give_up(self, trial: Any, outcome: str) -> None:
        """Keep that a trial was pruned or diverged; what is drawn later keeps away from it."""
        import optuna

        trial.set_user_attr(_OUTCOME, outcome)
        self._study.tell(trial, state=optuna.trial.TrialState.PRUNED)

    def _opened(self, url: str, name: str, pruner: Any) -> Any:
        """The study, made where there is none; of processes that begin at once one makes the tables."""
        import optuna
        from sqlalchemy.exc import DBAPIError

        for pause in (*_PAUSES, None):
            try:
                return optuna.create_study(
                    storage=url, study_name=name, load_if_exists=True, direction="maximize", pruner=pruner
                )
            except Exception as error:  # of Optuna, of SQLAlchemy, of a driver, or that there is none
                if pause is None or not isinstance(
                    error, (DBAPIError, optuna.exceptions.StorageInternalError)
                ):
                    raise self._unusable(error) from None
                time.sleep(pause)
        raise AssertionError

    def _begun(self, first: Mapping[str, Any]) -> Any:
        import optuna

        begun = self._trials("COMPLETE", "PRUNED", "RUNNING", "WAITING")
        if not any(trial.user_attrs.get(_PRESET) or trial.params == first for trial in begun):
            # With its worker from the start, so that it is known as dead whenever that is killed.
            self._study.enqueue_trial(dict(first), {_PRESET: True, _WORKER: this_worker()})
        trial = self._study.ask()
        trial.set_user_attr(_WORKER, this_worker())
        failed = sum(each.number < trial.number for each in self._trials("FAIL"))
        draw = np.random.SeedSequence((self._seed, trial.number - failed)).generate_state(1)[0]
        # Numbers are drawn one at a time, when the trial asks for them.
        self._study.sampler = optuna.samplers.TPESampler(seed=int(draw), multivariate=False)
        return trial

    def _trials(self, *states: str) -> list[Any]:
        import optuna

        wanted = tuple(optuna.trial.TrialState[state] for state in states)
        return self._study.get_trials(deepcopy=False, states=wanted)

    def _require_same(self, identity: Mapping[str, Any]) -> None:
        ours = json.loads(json.dumps(identity))
        known = self._study.user_attrs.get(_IDENTITY)
        if known is None and not self._study.trials:
            self._study.set_user_attr(_IDENTITY, ours)
        elif known is None:
            raise ConfigError(f"the study {self} is not of rgrl-bench tune: another storage is needed")
        elif parts := [part for part in ours if known.get(part) != ours[part]]:
            told = "; ".join(_difference(part, known.get(part), ours[part]) for part in parts)
            raise ConfigError(
                f"the study {self} is another search ({told}): another --storage or --out is needed"
            )

    def _forget_the_dead(self) -> None:
        """Let trials of processes of this machine that were killed count as never begun."""
        import optuna

        for trial in self._trials("RUNNING"):
            if is_dead(str(trial.user_attrs.get(_WORKER, ""))):
                with suppress(ValueError):  # another process of ours has done it
                    self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        import optuna
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (optuna.exceptions.StorageInternalError, SQLAlchemyError) as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> OutputError:
        return OutputError(f"the storage {self._place} cannot be used: {_reason(error)}")


def _follow_our_logging() -> None:
    """Let Optuna's lines go where ours go: none of its progress, unless the command is verbose."""
    import optuna

    optuna.logging.disable_default_handler()
    optuna.logging.enable_propagation()
    verbose = logging.getLogger().isEnabledFor(logging.INFO)
    optuna.logging.set_verbosity(logging.INFO if verbose else logging.WARNING)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def _difference(part: str, known: Any, ours: Any) -> str:
    """What differs, in a few words; of many settings those that do."""
    if isinstance(known, dict) and isinstance(ours, dict):
        keys = [key for key in {**known, **ours} if known.get(key) != ours.get(key)]
        return ", ".join(f"{part} {key}: {known.get(key)}, not {ours.get(key)}" for key in keys[:3])
    return f"{part}: {known}, not {ours}"


def _reason(error: Exception) -> str:
    """The first line of the innermost cause, which is the driver's own."""
    while error.__cause__ is not None and isinstance(error.__cause__, Exception):
        error = error.__cause__
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _without_password(url: str) -> str:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        shown = repr(url) if "@" not in url else f"'{url.partition(':')[0]}://...'"  # it may hold a password
        raise ConfigError(f"--storage is {shown}: a URL such as sqlite:///tune.sqlite3 is needed") from None
