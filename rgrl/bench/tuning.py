"""A search for settings: trials of a method on a dataset, judged by validation scores alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rgrl.bench.embed_seed import embed_dataset
from rgrl.bench.observer import Observer
from rgrl.bench.run_key import RunKey
from rgrl.bench.search_range import SearchRange
from rgrl.bench.search_space import Bounds, values_of, with_values
from rgrl.bench.seed_run import Probe
from rgrl.bench.supervised import supervised_record
from rgrl.bench.trial_observer import TrialObserver
from rgrl.bench.tuning_study import TuningStudy
from rgrl.datasets import Dataset
from rgrl.errors import DivergedError


@dataclass(frozen=True, eq=False)
class Tuning:
    """Trials of a method on a dataset.

    Every trial trains from the same seed, as ``rgrl-bench run`` does, so that settings are compared with each
    other and not with luck; of a probe's report the validation scores are read and nothing else.

    Args:
        dataset: Graph, labels and splits.
        key: Method and the settings that the first trial has.
        space: What is searched.
        study: Where trials are kept.
        probe: Scores an embedding.
        seed: Of every trial's training.
        device: Where to train.
        cache: Folder that keeps local anchors between trials.
    """

    dataset: Dataset
    key: RunKey
    space: dict[str, Bounds]
    study: TuningStudy
    probe: Probe
    seed: int = 0
    device: str = "cpu"
    cache: Path | None = None

    def search(self, trials: int, observer: Observer) -> None:
        """Run trials until the study has so many that ended; the first is the preset itself.

        Whatever stops it, what ended stays, and the trial that was under way is as if it had not been.

        Raises:
            OutputError: If the storage fails.
        """
        first = values_of(self._preset, self.space)
        while self.study.finished < trials:
            with self.study.trial(first) as trial:
                self._run(trial, f"{self.key}, trial {trial.number}", observer)

    @property
    def _preset(self) -> Any:
        return self.key.preset

    def _run(self, trial: Any, title: str, observer: Observer) -> None:
        """Train with what the trial draws, and tell the study what came of it."""
        import optuna

        drawn = {name: _drawn(trial, name, bounds) for name, bounds in self.space.items()}
        key = dataclasses.replace(self.key, preset=with_values(self._preset, drawn))

        reported = 0

        def report(update: int, val: float) -> None:
            nonlocal reported
            reported = update
            trial.report(val, update)
            if update < self._preset.epochs and trial.should_prune():  # after the last nothing is saved
                raise optuna.TrialPruned

        try:
            val, update = self._trained(key, TrialObserver(observer, title, report))
        except optuna.TrialPruned:
            self.study.give_up(trial, "pruned")
            observer.note(f"{title}: pruned at update {reported}")
        except DivergedError as error:
            self.study.give_up(trial, "diverged")
            observer.note(f"{title}: {error}")
        else:
            self.study.finish(trial, val, update)
            observer.note(
                f"{title}: validation {val:.2f}" + ("" if update is None else f" at update {update:g}")
            )

    def _trained(self, key: RunKey, observer: TrialObserver) -> tuple[float, float | None]:
        """Mean validation score of what validation chose, and the update of it."""
        if key.method == "supervised":  # every split has an update of its own
            return supervised_record(self.dataset, key.preset, self.seed)["val_mean"], None
        run = embed_dataset(
            self.dataset,
            key,
            probe=self.probe,
            seed=self.seed,
            seeds=1,
            observer=observer,
            device=self.device,
            cache=self.cache,
        )
        assert run.best.probe is not None
        return run.best.probe.val_mean, run.best.update


def _drawn(trial: Any, name: str, bounds: Bounds) -> Any:
    if not isinstance(bounds, SearchRange):
        return trial.suggest_categorical(name, bounds)
    if bounds.whole:
        return trial.suggest_int(name, int(bounds.low), int(bounds.high), log=bounds.log)
    return trial.suggest_float(name, bounds.low, bounds.high, log=bounds.log)
