# %% [markdown]
# # Reading the pictures
#
# What has a training done? A loss does not say. This notebook draws what it works on: a node's relation
# to its anchors, and then similarities, a map, accuracy by degree and the curve of the run. The functions
# are in `rgrl.plot` (`pip install 'rgrl[plot]'`); each gives a matplotlib `Figure` to be saved or shown.
# The graph is scikit-learn's digits, each joined to its nearest by pixels.

# %%
import copy

import numpy as np
import torch

import rgrl
from rgrl.evaluate import linear_probe, logistic_regression, node_accuracy
from rgrl.methods import rgrl_from_preset
from rgrl.plot import (
    degree_accuracy,
    embedding_map,
    node_relation,
    relation_picture,
    sample_similarities,
    similarity_histogram,
    training_curve,
)
from rgrl.presets import load_preset

dataset = rgrl.load_dataset("digits")
graph, labels = dataset.graph, dataset.labels
generator = torch.Generator().manual_seed(0)
model = rgrl_from_preset(load_preset("rgrl-digits"), graph.num_features, generator)
untrained = copy.deepcopy(model)

points = []
for update in rgrl.train(model, graph, epochs=81, generator=generator):
    if update.number % 10 == 1:
        probe = linear_probe(model.embed(graph), labels, dataset.splits)
        scores = {"val_mean": probe.val_mean, "test_mean": probe.test_mean}
        points.append({"update": update.number, "loss": float(update.loss), **scores})
before, after = untrained.embed(graph), model.embed(graph)

# %% [markdown]
# ## The relation of one node
#
# A node is described by the softmax of its similarities to anchors: on the left to global ones, which all
# nodes share, on the right to a few of its own, its nearest by personalised PageRank. Dark is the
# teacher's description, light the student's, and the divergence above each panel is what the loss draws
# to 0. The upper row is before training, the lower one after it.
#
# Training draws 256 global anchors, too many to look at. The picture has two of every digit, and calls
# each by the digit that it is. The training never saw that.

# %%
NODE = 3
two_of_each = torch.cat([(labels == digit).nonzero()[10:12, 0] for digit in range(10)])
first = node_relation(untrained, graph, NODE, anchors=two_of_each)
second = node_relation(model, graph, NODE, anchors=two_of_each)
names = [f"{digit}" for digit in labels.tolist()]
print("the node is a", names[NODE])
assert second.global_divergence < first.global_divergence
relation_picture(first, second, names=names, top=12)

# %% [markdown]
# Before training the teacher prefers some anchors already, but the student, who has to say the same
# through its predictor, spreads its probability over all; the last bar is the sum of those that are not
# drawn. After training the two agree: on the anchors of the node's digit, and in part on those of
# another, to which this node lies close. The local panel hardly changes: neighbours are near one another
# from the start.
#
# One node may be luck. Over the first 60 nodes: how much probability goes to the anchors of a node's own
# digit?


# %%
def on_own_class(model):
    """Mean probability, teacher's and student's, of the anchors of a node's own digit."""
    shares = []
    for node in range(60):
        relation = node_relation(model, graph, node, anchors=two_of_each)
        same = labels[relation.global_anchors] == labels[node]
        shares.append([relation.global_teacher[same].sum(), relation.global_student[same].sum()])
    return np.mean(shares, axis=0)


own = {"before": on_own_class(untrained), "after": on_own_class(model)}
for when, (teacher, student) in own.items():
    print(f"{when:6} training: teacher {teacher:.2f}, student {student:.2f}")
assert (own["after"] > own["before"]).all()

# %% [markdown]
# The teacher's relation has become one of class, and nobody told it of classes.
#
# ## Similarities
#
# Cosines of neighbours, of nodes of one class that are none, and of all others.

# %%
similarity_histogram(before, graph.edge_index, labels, title="before training")

# %%
similarity_histogram(after, graph.edge_index, labels, title="after training")

# %%
apart = {}
for when, rows in {"before": before, "after": after}.items():
    found = sample_similarities(rows, graph.edge_index, labels)
    apart[when] = float(found.same_class.median() - found.others.median())
    print(f"{when:6} training: medians of one class and of others are {apart[when]:.2f} apart")
assert apart["after"] > apart["before"]

# %% [markdown]
# Before training everything is near everything; only the right end is of use. Training moves the others
# away, and keeps neighbours where they are.
#
# ## A map
#
# t-SNE of a part of the nodes. A map is for looking; its distances and the gaps between its islands are
# no measurement.

# %%
embedding_map(before, labels, max_points=600, title="before training")

# %%
embedding_map(after, labels, max_points=600, title="after training")

# %% [markdown]
# Look for digits that lie with another digit's island, and then at their pixels. The untrained map is not
# bad either: on this graph averaging over neighbours does much of the work, as the numbers below say.
#
# ## Accuracy by degree
#
# Are nodes with few edges served worse? A picture of this kind wants to know for each node how often it is
# classified right: here by a logistic regression, of the twenty splits in those that test the node.


# %%
def right(rows):
    """Share of the splits testing a node in which it is classified right."""
    report = logistic_regression(rows, labels, dataset.splits, predictions=True)
    return node_accuracy(report.predictions, labels, dataset.splits)


answers = {"trained": right(after), "untrained": right(before)}
pixels = right(graph.x)
for name, correct in {**answers, "raw pixels": pixels}.items():
    print(f"{name:10} {correct.mean():.1%}")
assert answers["trained"].mean() > answers["untrained"].mean() > pixels.mean()
degree_accuracy(graph.degree, answers, baseline={"raw pixels": pixels})

# %% [markdown]
# The bars are one standard error over the nodes of a bin, whose number stands below it. Where bars
# overlap, as among the few nodes of high degree, the picture does not say which is better. Each node
# chose eight neighbours here, so there are no lonely ones; on graphs that have some, look at the left end
# first.
#
# ## The curve
#
# Points of a run of your own, as here, or the object that `rgrl-bench run --json` prints.

# %%
training_curve(points)

# %% [markdown]
# The loss falls at once and then wanders, whereas accuracy goes on rising: the reason to choose by
# validation and not by the loss. The circle is where validation is best; the test curve is drawn, and
# took no part.
