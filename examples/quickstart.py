# %% [markdown]
# # Embed a graph of your own
#
# A graph goes in, a vector for each node comes out; no labels, no GPU. Here it is networkx's graph of who
# meets whom in *Les Misérables*; yours may be networkx too, or PyG `Data`, `(x, edge_index)` or a SciPy
# adjacency.

# %%
import networkx as nx
import numpy as np
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

import rgrl

novel = nx.Graph(nx.les_miserables_graph().edges)  # its weights are left out: rgrl does not use any
print(novel)

# %% [markdown]
# ## Graph to embedding
#
# The nodes have no features, so some are made of the edges. `"identity"` gives each node a column of its
# own: good for one small graph. `"degree"` says less, but holds for other graphs too, so that new nodes
# can be embedded by `transform`. With features of your own, give them as `x=` and leave `features` out.

# %%
embedder = rgrl.RGRLEmbedder(features="identity", epochs=100, random_state=0)
embedding = embedder.fit_transform(novel)
names = embedder.node_ids_
print(embedding.shape, "rows of", *names[:3], "...")
print("loss of the first and the last update:", embedder.loss_curve_[[0, -1]].round(2))

# %% [markdown]
# ## Nearest neighbours
#
# Vectors are compared by their cosine.

# %%
search = NearestNeighbors(n_neighbors=6, metric="cosine").fit(embedding)
for who in ("Valjean", "Cosette", "Enjolras"):
    _, ((_, *near),) = search.kneighbors(embedding[names == who])
    print(f"{who}: {', '.join(names[near])}")

near = search.kneighbors(embedding, return_distance=False)[:, 1:]
met = np.mean(
    [[novel.has_edge(names[one], names[other]) for other in near[one]] for one in range(len(names))]
)
print(f"{met:.0%} of the five nearest have met; of all pairs {nx.density(novel):.0%} have")
assert met > 5 * nx.density(novel)

# %% [markdown]
# ## Clusters
#
# K-means on rows of length 1.

# %%
NUM_CLUSTERS = 6


def clusters_of(rows):
    """Sets of names."""
    found = KMeans(NUM_CLUSTERS, n_init=10, random_state=0).fit_predict(normalize(rows))
    return [set(names[found == number]) for number in range(NUM_CLUSTERS)]


clusters = clusters_of(embedding)
for cluster in sorted(clusters, key=len, reverse=True):
    print(f"{len(cluster):2}: {', '.join(sorted(cluster)[:6])} ...")

# %% [markdown]
# ## Is it any good?
#
# Without labels, modularity says how far clusters follow the edges. Two numbers belong beside it: that of
# the same encoder with random weights (`epochs=0`), for a graph network averages over neighbours before
# it learns anything, and that of a method made for the task.

# %%
untrained = rgrl.RGRLEmbedder(features="identity", epochs=0, random_state=0).fit_transform(novel)
modularity = {
    "untrained": nx.community.modularity(novel, clusters_of(untrained)),
    "trained": nx.community.modularity(novel, clusters),
    "Louvain": nx.community.modularity(novel, nx.community.louvain_communities(novel, seed=0)),
}
for name, value in modularity.items():
    print(f"{name:10} {value:.3f}")
assert modularity["trained"] > modularity["untrained"]

# %% [markdown]
# Training adds to what the edges give for nothing, and not much on a graph as small as this. Louvain,
# which does nothing but look for modularity, is about as good; what it does not give is vectors.
