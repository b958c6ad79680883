# %% [markdown]
# # Link prediction and clustering, done right
#
# Two tasks that need no labels to train for, and that are easily measured wrong. Here is a graph without
# features: 1,797 nodes, and edges. (They are scikit-learn's digits, each joined to its eight nearest by
# pixels; the pixels are put aside, and what digit it is serves at the end to score clusters.)

# %%
import numpy as np
import torch
from scipy import sparse
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, normalized_mutual_info_score

import rgrl
from rgrl.datasets import split_edges
from rgrl.evaluate import clustering, link_prediction
from rgrl.methods import rgrl_from_preset
from rgrl.presets import load_preset

digits = rgrl.load_dataset("digits")
nodes = digits.graph.num_nodes
graph = rgrl.as_graph(digits.graph, x=sparse.eye(nodes, dtype=np.float32, format="csr"), y=False)
print(graph)

# %% [markdown]
# A column for each node stands in the place of features: the encoder's first layer then learns a vector
# of its own for every node. Such an encoder embeds the nodes that it was trained on, and no others.
#
# ## Link prediction
#
# `split_edges` holds out edges: 85 % train, 5 % validate, 10 % test. The held-out edges must tell the
# encoder nothing, neither while it is trained nor while it embeds. So both happen on `split.train_graph`.

# %%
split = split_edges(graph)
print("edges to train, validate, test:", split.sizes)
print(split.train_graph)

preset = load_preset("rgrl-digits")


def embeddings_of(graph, updates):
    """Embed a graph before and after training on it."""
    generator = torch.Generator().manual_seed(0)
    model = rgrl_from_preset(preset, graph.num_features, generator)
    untrained = model.embed(graph)
    for update in rgrl.train(model, graph, epochs=updates, generator=generator):
        if update.number % 30 == 0:
            print(f"update {update.number}: loss {float(update.loss):.3f}")
    return untrained, model.embed(graph)


untrained, trained = embeddings_of(split.train_graph, updates=60)

# %% [markdown]
# What to hold it against: the encoder before training, and the plainest description that edges allow, a
# node's row of the training adjacency. The cosine of two such rows counts common neighbours.
#
# And which pairs are told from the held-out edges? Random pairs are mostly far apart, and telling far
# from near is no art. *Hard* ones have a common neighbour in the training graph and still no edge.
# `two_hops` is the share of the negatives of which that is true.


# %%
def rows_of(graph):
    """The adjacency, a sparse row for each node."""
    source, target = graph.edge_index.numpy()
    return sparse.csr_matrix((np.ones(source.size), (source, target)), shape=(nodes, nodes))


def score(embedding):
    """AUC by cosine, on the test edges, against both kinds of pairs."""
    report = link_prediction(embedding, split, scorers=["cosine"])
    return {kind: report.mean(f"{kind}/cosine/auc") for kind in ("random", "hard")}


report = link_prediction(trained, split, scorers=["cosine"])
for kind in ("random", "hard"):
    print(f"{kind:6} negatives with a common neighbour: {report.mean(f'{kind}/two_hops'):.1%}")
links = {
    "adjacency rows": score(rows_of(split.train_graph)),
    "untrained": score(untrained),
    "trained": score(trained),
}
for name, auc in links.items():
    print(f"{name:15} AUC against random {auc['random']:.3f}, against hard {auc['hard']:.3f}")
assert links["trained"]["random"] > max(links["untrained"]["random"], links["adjacency rows"]["random"])
assert links["trained"]["hard"] < links["adjacency rows"]["hard"]

# %% [markdown]
# Against random pairs the trained encoder is ahead of both. Against hard ones every row falls, and the
# trained encoder is below plain counting of common neighbours. The first column alone would not say so.
# One reason may be what an edge means here: to be the *nearest* in a dense neighbourhood, whereas the
# training asks for nodes of the same neighbourhood to look alike.
#
# ## What a leak looks like
#
# The same code with one word changed: `graph` for `split.train_graph`.

# %%
leaky_untrained, full_trained = embeddings_of(graph, updates=60)
for name, embedding in {"leaky, untrained": leaky_untrained, "leaky, trained": full_trained}.items():
    auc = score(embedding)
    print(f"{name:17} AUC against random {auc['random']:.3f}, against hard {auc['hard']:.3f}")
    assert auc["hard"] > links["trained"]["hard"] + 0.05

# %% [markdown]
# An encoder that never learnt a thing beats all honest rows, because the edges that it is asked for went
# into what it averages. No number of these two is a result.
#
# ## Clustering
#
# Here nothing is held out: every edge may be seen, and labels are only used to score. So the embeddings
# of the full graph, leaky above, are the right ones now. `clustering` runs k-means on rows of length 1,
# ten times.

# %%
SHOWN = ("nmi", "ami", "ari", "modularity", "conductance")
clusters = {}
for name, embedding in {
    "adjacency rows": rows_of(graph),
    "untrained": leaky_untrained,
    "trained": full_trained,
    "raw pixels": digits.graph.x,
}.items():
    clusters[name] = clustering(embedding, digits.labels, edge_index=graph.edge_index, runs=5)
    shown = {metric: clusters[name].mean(metric) for metric in SHOWN}
    print(f"{name:15}", ", ".join(f"{metric} {value:.3f}" for metric, value in shown.items()))
ari = {name: report.mean("ari") for name, report in clusters.items()}
assert ari["trained"] > ari["raw pixels"] > ari["untrained"]
assert clusters["adjacency rows"].mean("nmi") > clusters["untrained"].mean("nmi")
assert ari["adjacency rows"] < ari["untrained"]

# %% [markdown]
# Training is what finds the digits in the edges: neither the untrained encoder nor the rows of the
# adjacency do, and even the pixels, of which the edges were made, are below. Modularity and conductance
# need no labels and agree here. But they ask whether the clusters follow the edges, which is what was
# trained on; they are no proof of anything beyond the graph.
#
# ## Adjusted scores
#
# NMI is not corrected for chance, and rises with the number of clusters. Random numbers show it:

# %%
draw = np.random.default_rng(0)
for count in (10, 100, 600):
    guess = draw.integers(count, size=nodes)
    nmi = normalized_mutual_info_score(digits.labels, guess)
    ami, chance = adjusted_mutual_info_score(digits.labels, guess), adjusted_rand_score(digits.labels, guess)
    print(f"{count:3} random clusters: NMI {nmi:.3f}, adjusted: AMI {ami:.3f}, ARI {chance:.3f}")
    assert abs(ami) < 0.02
    assert abs(chance) < 0.02
assert nmi > 0.2

# %% [markdown]
# So compare NMI between results of the same number of clusters only, and have AMI beside it; `clustering`
# gives both. ARI, which counts pairs of nodes, may say something else again: in the table above the rows of
# the adjacency have a higher NMI than the untrained encoder and a lower ARI, with ten clusters each.
