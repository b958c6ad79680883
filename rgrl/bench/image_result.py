"""From the records of seeds on images to one result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, cast

from rgrl.bench.image_data import ImageData
from rgrl.bench.result import result_head, result_tail, std_over
from rgrl.bench.run_key import RunKey
from rgrl.presets import ReSSLPreset

IMAGE_CLASSIFICATION = "image-classification"


def image_result(
    data: ImageData,
    key: RunKey,
    records: Sequence[Mapping[str, Any]],
    *,
    raw: Mapping[str, float],
    preset: str,
    seeds_asked: int,
    device: str,
    seconds: float,
) -> dict[str, Any]:
    """Gather everything that a table or a reader of the numbers needs; ``docs/results.md`` has each key.

    Args:
        data: The images.
        key: What was run.
        records: Of the finished seeds.
        raw: Scores of raw pixels.
        preset: Name of the preset that the settings began with.
        seeds_asked: Number of seeds that were asked for.
        device: Where it was trained.
        seconds: Wall-clock time.
    """
    scores = {
        "": [record["scores"] for record in records],
        "untrained/": [record["untrained"] for record in records],
        "raw/": [raw],
    }
    main = f"knn@{data.main_k}"
    flat: dict[str, float | None] = {}
    for row, found in scores.items():
        for name, metric in (("knn", main), ("linear", "linear")):
            values = [each[metric] for each in found]
            what = f"{row.replace('/', '_')}{name}"
            flat[f"{what}_mean"] = fmean(values)
            if row != "raw/":
                flat[f"{what}_std_seeds"] = std_over(values)
    fit, held = data.parts(cast("ReSSLPreset", key.preset).validation_share)
    return {
        **result_head(key, IMAGE_CLASSIFICATION, seeds=len(records), seeds_asked=seeds_asked),
        "preset": preset,
        "images": {"train": len(fit), "validation": len(held), "test": len(data.test)},
        "knn_k": data.main_k,
        **flat,
        "metrics": {
            f"{row}{metric}": _metric([each[metric] for each in found])
            for row, found in scores.items()
            for metric in found[0]
            if metric != "linear_rate"
        },
        "raw": dict(raw),
        **result_tail(data, key, records, device=device, seconds=seconds),
        "runs": [dict(record) for record in records],
    }


def _metric(values: Sequence[float]) -> dict[str, float | None]:
    """Shares of 1, as every task's."""
    std = std_over(values)
    return {
        "mean": fmean(values) / 100,
        "std_repetitions": None,
        "std_seeds": None if std is None else std / 100,
    }
