# %% [markdown]
# # The relation loss in a training loop of your own
#
# You have a model and a loop in PyG and want the loss, not the framework. This notebook trains a plain
# `GCNConv` encoder with `torch.optim.AdamW`. From `rgrl` it takes four parts, each of which knows tensors
# only or can be replaced by yours:
#
# - `relation_kl`: how far the student's description of each node is from the teacher's, against anchors
#   that all nodes share;
# - `local_relation_kl`: the same against a few anchors of each node's own;
# - `AnchorSampler`: draws the shared anchors, nodes of high degree less often;
# - `EMATeacher`: a copy of the encoder that follows it slowly and takes no gradient.

# %%
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.neighbors import kneighbors_graph
from torch import nn
from torch.nn import functional as F
from torch_geometric.data import Data
from torch_geometric.nn import GCNConv
from torch_geometric.utils import dropout_edge, mask_feature, to_undirected

import rgrl
from rgrl.datasets import random_splits
from rgrl.evaluate import linear_probe
from rgrl.graph import LocalAnchors
from rgrl.relation import AnchorSampler, EMATeacher, local_relation_kl, relation_kl

# %% [markdown]
# ## What the loss is
#
# For each node: the softmax of its similarities to the anchors, once as the student sees the node and
# once as the teacher does, and the Kullback-Leibler divergence of the two. In torch that is one
# expression, and `relation_kl` gives the same numbers. It keeps no matrix of nodes times anchors, and
# computes the gradient on the way. It returns one number for each node; the mean is up to you.

# %%
torch.manual_seed(0)
student, teacher, anchors = (F.normalize(torch.randn(rows, 8), dim=1) for rows in (5, 5, 16))
plain = F.kl_div(
    F.log_softmax(student @ anchors.T / 0.1, dim=1),
    F.softmax(teacher @ anchors.T / 0.05, dim=1),
    reduction="none",
).sum(dim=1)
ours = relation_kl(student, teacher, anchors, student_temperature=0.1, teacher_temperature=0.05)
print("one expression:", plain.numpy().round(4))
print("relation_kl:   ", ours.numpy().round(4))
assert torch.allclose(plain, ours, atol=1e-5)

# %% [markdown]
# ## A graph
#
# The handwritten digits of scikit-learn, each joined to its eight nearest by pixels. `Data` is PyG's.

# %%
pixels, labels = load_digits(return_X_y=True)
neighbours = kneighbors_graph(pixels, 8).tocoo()
edges = to_undirected(torch.from_numpy(np.stack([neighbours.row, neighbours.col])).long())
data = Data(x=torch.tensor(pixels / 16, dtype=torch.float32), edge_index=edges, y=torch.tensor(labels))
print(data)

# %% [markdown]
# ## The model
#
# The encoder is any module. The predictor sits on the student only.

# %%
EMBEDDING_DIM = 64


class Encoder(nn.Module):
    """Two layers of GCN."""

    def __init__(self, num_features):
        super().__init__()
        self.first, self.second = GCNConv(num_features, 128), GCNConv(128, EMBEDDING_DIM)
        self.between, self.after = nn.PReLU(), nn.PReLU()

    def forward(self, x, edge_index):
        return self.after(self.second(self.between(self.first(x, edge_index)), edge_index))


encoder = Encoder(data.num_features)
predictor = nn.Sequential(nn.Linear(EMBEDDING_DIM, 256), nn.PReLU(), nn.Linear(256, EMBEDDING_DIM))
teacher = EMATeacher(encoder, momentum=0.99)
optimizer = torch.optim.AdamW([*encoder.parameters(), *predictor.parameters()], lr=1e-3, weight_decay=1e-5)

# %% [markdown]
# ## The anchors
#
# The sampler wants degrees. The local anchors are the nodes of highest personalised PageRank, the node
# itself among them; they are computed once. `index` and `mask` are plain tensors, so neighbours of
# another kind serve as well.

# %%
graph = rgrl.as_graph(data)
sampler = AnchorSampler(graph.degree, num_anchors=256)
local = LocalAnchors.from_graph(graph, k=4)
print("local anchors of node 0:", local.index[0].tolist())

# %% [markdown]
# ## The loop
#
# The student sees one view and the teacher the other, then the other way round. Rows are brought to
# length 1, so that similarities are cosines. After the optimiser's step the teacher moves.

# %%


def view():
    """Drop edges and mask features, by PyG."""
    edge_index, _ = dropout_edge(data.edge_index, p=0.2)
    x, _ = mask_feature(data.x, p=0.2)
    return x, edge_index


def embed():
    """Embed the whole graph, un-augmented."""
    with torch.no_grad():
        return encoder(data.x, data.edge_index)


untrained = embed()
for epoch in range(1, 101):
    one, two = view(), view()
    own = sampler()
    loss = 0.0
    for student_view, teacher_view in ((one, two), (two, one)):
        p = F.normalize(predictor(encoder(*student_view)), dim=1)
        t = F.normalize(teacher(*teacher_view), dim=1)
        shared = relation_kl(p, t, t[own], student_temperature=0.1, teacher_temperature=0.05)
        local_part = local_relation_kl(
            p, t, t, local.index, local.mask, student_temperature=0.1, teacher_temperature=1.0
        )
        loss = loss + shared.mean() + local_part.sum() / local.num_valid
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    teacher.update(encoder)
    if epoch == 1 or epoch % 20 == 0:
        print(f"epoch {epoch}: loss {loss.item():.3f}")
trained = embed()

# %% [markdown]
# ## Was it worth it?
#
# The loss does not say: it falls, and rises again as the teacher's rows spread and there is more to tell.
# What counts is a task, and beside it the same encoder before training and the raw features. The probe is
# the paper's: a linear classifier on frozen rows, on twenty random splits with a tenth of the nodes for
# training.

# %%
splits = random_splits(data.num_nodes)
accuracy = {
    name: linear_probe(rows, data.y, splits)
    for name, rows in (("raw pixels", data.x), ("untrained", untrained), ("trained", trained))
}
for name, report in accuracy.items():
    print(f"{name:10} {report}")
assert accuracy["trained"].test_mean > accuracy["untrained"].test_mean > accuracy["raw pixels"].test_mean

# %% [markdown]
# The untrained encoder is above the pixels already, for a graph layer averages over neighbours with any
# weights. So the row to hold training against is the untrained one, not the pixels; training is above it.
#
# A loop of Lightning's is the same thing in other places: `lightning_module.py` beside this notebook
# wraps `rgrl.RGRL` in a `LightningModule`.
