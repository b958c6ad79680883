"""Embed a graph of one's own: here networkx's karate club."""

import networkx as nx
import numpy as np
import torch

import rgrl
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import GCNEncoder

club = nx.karate_club_graph()
graph = rgrl.as_graph(club, x=np.eye(len(club)))

generator = torch.Generator().manual_seed(0)
view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])
model = rgrl.RGRL(
    GCNEncoder(graph.num_features, (32, 16), generator=generator),
    views=(view, view),
    num_anchors=16,
    generator=generator,
)
for update in rgrl.train(model, graph, epochs=50, generator=generator):
    if update.number % 10 == 0:
        print(f"update {update.number}: loss {update.loss:.3f}")

embedding = model.embed(graph)
print(embedding.shape)
