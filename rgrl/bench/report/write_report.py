"""What the command ``report`` does: read once, draw, write."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from torch import Tensor

from rgrl.bench.comparison import newest
from rgrl.bench.keep_inputs import require_apart
from rgrl.bench.observer import Observer
from rgrl.bench.report.cautions import cautions
from rgrl.bench.report.curve import curve_figure, curve_of
from rgrl.bench.report.drawable import drawable
from rgrl.bench.report.html import Html
from rgrl.bench.report.map import embedding_map
from rgrl.bench.report.node_labels import node_labels
from rgrl.bench.report.page import page
from rgrl.bench.report.training import Training, trainings_of
from rgrl.bench.stored_results import read_lines, said_of, stored_file
from rgrl.datasets.sources import data_root
from rgrl.errors import DataError, OutputError
from rgrl.plot import MapMethod
from rgrl.plot.embedding_coordinates import check_map
from rgrl.write_whole import write_whole

#: Lines of a file that are told one by one.
_MOST_SAID = 10


def write_report(
    paths: Sequence[Path],
    out: Path,
    *,
    title: str,
    maps: bool,
    projection: str,
    root: Path | None,
    observer: Observer,
) -> int:
    """Write the page of some folders of results, and return how many results it shows.

    Args:
        paths: Folders of results, or ``results.jsonl`` files.
        out: The page, replaced if it is there.
        title: Of the page.
        maps: Whether to draw the embeddings that are on disk.
        projection: How they are mapped: a method of :func:`rgrl.plot.embedding_coordinates`.
        root: The user's folder of raw files, for labels.
        observer: Told of what takes time.

    Raises:
        MissingExtraError: If the projection is UMAP, and umap-learn is not installed.
        ConfigError: If the projection is unknown, or ``root`` is no folder.
        DataError: If a path holds no results.
        OutputError: If the page cannot be written; what was there before stays.
    """
    check_map(projection, seed=0)
    data_root(root)
    files = list(dict.fromkeys(map(stored_file, paths)))
    _require_writable(out, files)
    stored: list[dict[str, Any]] = []
    damaged, undrawn = list[str](), list[tuple[dict[str, Any], str]]()
    for file in files:
        found, passed_over = read_lines(file)
        for number, result in found:
            shown, fault = drawable(result)
            stored.append(shown)
            if fault is not None:
                undrawn.append((shown, f"{file}, line {number}: {fault}"))
        damaged += _said_of(file, passed_over)
    results = newest(stored)
    damaged += [said for result, said in undrawn if any(result is each for each in results)]
    for said in damaged:
        observer.note(said)
    if not results:
        raise DataError(f"no result is stored in {', '.join(map(str, paths))}")
    trainings, folders = trainings_of(results), [file.parent for file in files]
    curves = _curves(trainings, folders, observer, damaged)
    drawn = _maps(trainings, folders, cast("MapMethod", projection), root, observer, damaged) if maps else []
    text = page(
        results,
        title=title,
        made=datetime.now(UTC),
        cautions=damaged + cautions(trainings),
        curves=curves,
        maps=drawn,
    )
    with write_whole(out.resolve()) as temporary:  # of a link the file, and not the link, is replaced
        temporary.write_text(text, encoding="utf-8")
    return len(results)


def _said_of(file: Path, passed_over: Sequence[tuple[int, str]]) -> list[str]:
    """A line for each line that is no result, of many for the first."""
    if not passed_over:
        return []
    others = [f"{file}, line {number}: no result: {fault}" for number, fault in passed_over[1:_MOST_SAID]]
    return [said_of(file, passed_over), *others]


def _curves(
    trainings: Sequence[Training], folders: Sequence[Path], observer: Observer, damaged: list[str]
) -> list[Html]:
    """The curves; a record that nothing can be drawn from is said and passed over."""
    figures = []
    for training in trainings:
        curves = []
        for seed in training.seeds:
            try:
                record = training.record(folders, seed)
            except DataError as error:
                damaged.append(str(error))
                observer.note(damaged[-1])
                continue
            if record is not None and (curve := curve_of(record)) is not None:
                curves.append(curve)
        if curves:
            figures.append(curve_figure(str(training), curves, score=_score(training)))
    return figures


def _score(training: Training) -> str:
    return {"link": "AUC in %", "image": "kNN accuracy in %"}.get(training.regime, "accuracy in %")


def _maps(
    trainings: Sequence[Training],
    folders: Sequence[Path],
    projection: MapMethod,
    root: Path | None,
    observer: Observer,
    damaged: list[str],
) -> list[Html]:
    """The maps; an embedding that cannot be read is said and passed over."""

    @cache
    def labels(dataset: str, digest: str, regime: str) -> Tensor | None:
        return node_labels(dataset, digest, regime=regime, root=root)

    figures = []
    for training in trainings:
        first: Mapping[str, Any] = training.results[0]
        regime = "image" if training.regime == "image" else "full"
        try:
            figure = embedding_map(
                training,
                folders,
                projection=projection,
                labels=lambda name=first["dataset"], digest=training.digest, regime=regime: labels(  # type: ignore[misc]
                    name, digest, regime
                ),
            )
        except DataError as error:
            damaged.append(f"{training} has no map: {error}")
            observer.note(damaged[-1])
            continue
        if figure is not None:
            figures.append(figure)
            observer.note(f"{training}: map drawn")
    return figures


def _require_writable(out: Path, files: Sequence[Path]) -> None:
    """Refuse before anything is drawn what could not be written afterwards, and what would lose results."""
    require_apart("-o", out, files, what="a file of results")
    if out.is_dir():
        raise OutputError(f"-o {out} is a folder: the name of a file is needed")
    if out.exists() and not out.is_file():  # a device or a pipe, which a file would take the place of
        raise OutputError(f"-o {out} is no regular file: the name of a file is needed")
    if not os.access(out.parent, os.W_OK) or not out.parent.is_dir():
        raise OutputError(f"-o {out} cannot be written: {out.parent} is no folder to write to")
