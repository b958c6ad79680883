"""An embedding as a map: a point a node, coloured by class or cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor

from rgrl.bench.report.colour_clusters import colour_clusters
from rgrl.bench.report.curve import COLOURS
from rgrl.bench.report.html import Html, element
from rgrl.bench.report.training import Training
from rgrl.errors import DataError
from rgrl.evaluate import load_embeddings
from rgrl.plot import MapMethod, embedding_coordinates

#: Nodes that a map shows at most, drawn by a fixed seed.
MOST_NODES = 2000

#: Fewer than so many are drawn larger.
_FEW_NODES = 300

_WIDTH, _HEIGHT, _MARGIN = 360, 270, 8

_TITLES = {"tsne": "t-SNE", "umap": "UMAP", "pca": "PCA"}

FloatArray = npt.NDArray[np.float32]


def embedding_map(
    training: Training,
    folders: Sequence[Path],
    *,
    projection: MapMethod,
    labels: Callable[[], Tensor | None],
) -> Html | None:
    """The map of the first seed whose chosen embedding is on disk; ``None`` without one.

    Args:
        training: What was trained.
        folders: Folders of results.
        projection: How it is brought to two dimensions.
        labels: Gives the class of every node, ``[N]``, or ``None``; asked only where there is an embedding.

    Raises:
        DataError: If the file is damaged or of another graph, or the embedding has collapsed.
    """
    for seed in training.seeds:
        path = training.file(folders, "embeddings", seed, "safetensors")
        if path is not None:
            loaded = load_embeddings(path)
            if loaded.fingerprint != training.digest:
                raise DataError(f"{path} is of another graph than the result: it has no map")
            return _figure(str(training), seed, loaded.values.numpy(), labels(), projection)
    return None


def _figure(title: str, seed: int, rows: FloatArray, labels: Tensor | None, projection: MapMethod) -> Html:
    count = len(rows)
    shown = np.arange(count)
    if count > MOST_NODES:
        shown = np.sort(np.random.default_rng(0).choice(count, MOST_NODES, replace=False))
    known = labels is not None and len(labels) == count
    colours = np.asarray(labels)[shown] if known else colour_clusters(rows[shown])
    method = _TITLES[projection]
    what = f"{title}: embedding of seed {seed} by {method}"
    of = f"{len(shown):,} of {count:,}" if len(shown) < count else f"{count:,}"
    kind = "class" if known else "k-means cluster"
    return element(
        "figure",
        element(
            "figcaption",
            element("strong", title),
            element(
                "span",
                f"seed {seed}, {method}, {of} points, coloured by {kind}",
                class_="legend",
            ),
        ),
        _drawing(what, embedding_coordinates(rows[shown], method=projection), colours, kind),
        _legend(colours, kind),
        class_="card",
    )


def _drawing(title: str, places: FloatArray, colours: npt.NDArray[np.int64], kind: str) -> Html:
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.array([_WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN])
    scale = float((room / np.maximum(high - low, 1e-9)).min())
    middle = (low + high) / 2
    pixels = (places - middle) * scale + np.array([_WIDTH, _HEIGHT]) / 2
    size = " few" if len(places) < _FEW_NODES else ""
    groups = [
        element(
            "path",
            element("title", f"{kind} {colour}"),
            d="".join(f"M{x:.1f} {y:.1f}h0" for x, y in pixels[colours == colour]),
            class_=f"points{size} c{colour % COLOURS}",
        )
        for colour in np.unique(colours).tolist()
    ]
    return element(
        "svg",
        element("title", title),
        *groups,
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=_WIDTH,
        height=_HEIGHT,
        role="img",
        aria_label=title,
    )


def _legend(colours: npt.NDArray[np.int64], kind: str) -> Html:
    found, counts = np.unique(colours, return_counts=True)
    if len(found) > COLOURS:
        return element("p", f"{len(found)} of {kind}; {COLOURS} colours repeat", class_="legend")
    entries = [
        element("span", element("i", class_=f"swatch c{colour % COLOURS}"), f"{kind} {colour} ({number:,})")
        for colour, number in zip(found.tolist(), counts.tolist(), strict=True)
    ]
    return element("p", *entries, class_="legend")
