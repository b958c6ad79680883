"""Make the pictures of docs/plots.md: Cora before and after RGRL's training."""

from __future__ import annotations

import copy
import io
import sys
from pathlib import Path
from typing import Any

import matplotlib
import torch
from matplotlib.figure import Figure
from PIL import Image

import rgrl
from rgrl import plot
from rgrl.evaluate import linear_probe, logistic_regression, node_accuracy
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import GCNEncoder

#: Cora's classes, in the order of their numbers.
CLASSES = ("theory", "reinforcement", "genetic", "neural nets", "probabilistic", "case-based", "rules")

UPDATES, NODE = 400, 77


def train(dataset: Any) -> tuple[rgrl.RGRL, rgrl.RGRL, list[dict[str, float]]]:
    """RGRL before and after its training in the paper's settings, and its curve."""
    generator = torch.Generator().manual_seed(0)
    views = [Compose([FeatureMask(mask), EdgeDrop(drop)]) for mask, drop in ((0.3, 0.2), (0.4, 0.4))]
    graph = dataset.graph
    model = rgrl.RGRL(
        GCNEncoder(graph.num_features, (256, 128), norm="frozen", generator=generator),
        views=views,
        predictor_hidden=256,
        num_anchors=128,
        num_local_anchors=2,
        generator=generator,
    )
    before, points = copy.deepcopy(model), []
    for update in rgrl.train(model, graph, epochs=UPDATES, generator=generator):
        if update.number % 10 == 1 or update.number == UPDATES:
            report = linear_probe(model.embed(graph), graph.y, dataset.splits)
            scores = {"val_mean": report.val_mean, "test_mean": report.test_mean}
            points.append({"update": update.number, "loss": float(update.loss), **scores})
    return before, model, points


def shares(rows: Any, dataset: Any) -> Any:
    """Of the splits that test a node, the share in which a converged probe is right."""
    report = logistic_regression(rows, dataset.labels, dataset.splits, predictions=True)
    return node_accuracy(report.predictions, dataset.labels, dataset.splits)


def maps(before: torch.Tensor, after: torch.Tensor, labels: torch.Tensor) -> Figure:
    """Two maps side by side; axes that are handed in keep the text size that they were made with."""
    with matplotlib.rc_context({"font.size": 8}):
        figure = Figure(figsize=(7, 4.1), dpi=200, layout="constrained")
        left, right = figure.subplots(1, 2)
        plot.embedding_map(before, labels, names=CLASSES, title="Cora, untrained", ax=left)
        trained = f"Cora, after {UPDATES} updates of RGRL"
        plot.embedding_map(after, labels, names=CLASSES, title=trained, ax=right)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a picture in 64 colours, a third of the size of one in all."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    Image.open(buffer).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {path.stat().st_size // 1000} kB")


def main(folder: Path) -> None:
    """Train, and draw every kind of picture."""
    dataset = rgrl.load_dataset("cora")
    graph, labels = dataset.graph, dataset.graph.y
    before, model, points = train(dataset)
    untrained, embedding = before.embed(graph), model.embed(graph)
    folder.mkdir(parents=True, exist_ok=True)

    save(plot.training_curve(points), folder / "training-curve.png")
    save(plot.similarity_histogram(embedding, graph.edge_index, labels), folder / "similarity-histogram.png")

    first = plot.node_relation(before, graph, NODE, generator=torch.Generator().manual_seed(0))
    second = plot.node_relation(model, graph, NODE, anchors=first.global_anchors)
    save(plot.relation_picture(first, second), folder / "relation-picture.png")

    correct = {"RGRL": shares(embedding, dataset), "untrained": shares(untrained, dataset)}
    raw = {"raw features": shares(graph.x.to_scipy(), dataset)}
    figure = plot.degree_accuracy(graph.degree, correct, baseline=raw)
    save(figure, folder / "degree-accuracy.png")
    save(maps(untrained, embedding, labels), folder / "embedding-map.png")


if __name__ == "__main__":
    here = Path(__file__).parents[1] / "docs" / "images"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else here)
