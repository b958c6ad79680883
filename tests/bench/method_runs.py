"""A method on a dataset, with settings of a preset changed."""

from __future__ import annotations

from pathlib import Path

from rgrl.bench.result_folder import ResultFolder
from rgrl.bench.run_key import RunKey
from rgrl.bench.run_method import MethodRun
from rgrl.datasets import Dataset
from rgrl.presets import load_preset


class Silent:
    def note(self, text: str) -> None: ...

    def update(self, moment: object) -> None: ...


def method_run(dataset: Dataset, path: Path, *, method: str = "rgrl", seeds: int = 1, **changes) -> MethodRun:
    preset = None if method == "raw" else load_preset(f"rgrl-{dataset.name}").replace(changes)
    key = RunKey(dataset.name, dataset.fingerprint.digest, method, preset)
    return MethodRun(dataset, key, seeds=seeds, folder=ResultFolder(path), observer=Silent())
