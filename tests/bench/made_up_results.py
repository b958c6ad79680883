"""Results as they are stored, made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from rgrl.presets import method_preset


def result(
    method: str, dataset: str, scores: list[float], *, paper: float | None = None, **config: Any
) -> dict[str, Any]:
    preset = method_preset(method, dataset).replace(config)
    return {
        "schema": 2,
        "dataset": dataset,
        "method": method,
        "task": "classification",
        "config": preset.to_dict(),
        "config_hash": preset.hash,
        "fingerprint": {"digest": dataset},
        "seeds": 1,
        "updates": [7],
        "budget_minutes": None,
        "command": "rgrl-bench run",
        "test_mean": float(np.mean(scores)),
        "test_std_splits": float(np.std(scores, ddof=1)),
        "test_std_seeds": None,
        "converged_test_mean": None,
        "paper_mean": paper,
        "paper_gap": None if paper is None else float(np.mean(scores)) - paper,
        "runs": [{"test": scores, "last_update": 7}],
    }


def store(folder: Path, *results: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "results.jsonl").open("a") as file:
        file.writelines(json.dumps(each) + "\n" for each in results)
    return folder


RNG = np.random.default_rng(0)
GOOD = (80 + RNG.normal(size=20)).tolist()
NEAR = (np.array(GOOD) - 0.05 + 0.5 * RNG.normal(size=20)).tolist()
FAR = (np.array(GOOD) - 5 + 0.5 * RNG.normal(size=20)).tolist()
