"""Make the pictures of docs/plots.md: Cora before and after RGRL's training."""

import copy
import sys
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression

import rgrl
from rgrl import plot
from rgrl.evaluate import linear_probe
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import GCNEncoder

CLASSES = ("theory", "reinforcement learning", "genetic algorithms", "neural networks", "probabilistic", "case-based", "rule learning")  # fmt: skip
NODE = 77
folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs" / "images"
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 400


def save(figure: Figure, name: str) -> None:
    """Write a picture in few colours, which is a third of the size."""
    figure.savefig(folder / f"{name}.png")
    print(folder / f"{name}.png")


dataset = rgrl.load_dataset("cora")
graph, labels = dataset.graph, dataset.graph.y
generator = torch.Generator().manual_seed(0)
model = rgrl.RGRL(
    GCNEncoder(graph.num_features, (256, 128), norm="frozen", generator=generator),
    views=[
        Compose([FeatureMask(mask), EdgeDrop(drop)]) for mask, drop in ((0.3, 0.2), (0.4, 0.4))
    ],
    predictor_hidden=256,
    num_anchors=128,
    num_local_anchors=2,
    generator=generator,
)
before = copy.deepcopy(model)
untrained = before.embed(graph)
points = []
for update in rgrl.train(model, graph, epochs=epochs, generator=generator):
    point = {"update": update.number, "loss": float(update.loss)}
    if update.number == 1 or update.number % 10 == 0:
        report = linear_probe(model.embed(graph), labels, dataset.splits)
        points.append(point | {"val_mean": report.val_mean, "test_mean": report.test_mean})
embedding = model.embed(graph)
folder.mkdir(parents=True, exist_ok=True)

save(plot.training_curve(points), "training_curve")

both = Figure(figsize=(7, 3.9), dpi=200, layout="constrained")
left, right = both.subplots(1, 2)
plot.embedding_map(untrained, labels, title="untrained", ax=left)
plot.embedding_map(embedding, labels, title=f"after {epochs} updates", ax=right)
save(both, "embedding_map")

first = plot.node_relation(before, graph, NODE, generator=torch.Generator().manual_seed(0))
second = plot.node_relation(model, graph, NODE, anchors=first.global_anchors)
save(plot.relation_picture(first, second), "relation_picture")

save(plot.similarity_histogram(embedding, graph.edge_index, labels), "similarity_histogram")

correct = {}
for name, rows in {"RGRL": embedding, "untrained": untrained, "raw features": graph.x.to_scipy()}.items():
    right = np.zeros((len(dataset.splits), graph.num_nodes))
    for s, split in enumerate(dataset.splits[:5]):
        fitted = LogisticRegression(max_iter=300).fit(rows[split.train], labels[split.train])
    correct[name] = fitted.predict(rows[split.test]) == labels[split.test].numpy()
degrees = graph.degree[split.test]
raw = {"raw features": correct.pop("raw features")}
save(plot.degree_accuracy(degrees, correct, baseline=raw), "degree_accuracy")
