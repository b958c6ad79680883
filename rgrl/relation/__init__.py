"""The relation core: tensors in, a divergence of relations out."""

from rgrl.relation.anchor_queue import AnchorQueue
from rgrl.relation.anchor_sampler import AnchorSampler, inverse_degree_weights
from rgrl.relation.blockwise import blockwise_sum
from rgrl.relation.ema_teacher import EMATeacher, ema_update
from rgrl.relation.functional import local_relation_kl, relation_kl
from rgrl.relation.local_relation_loss import LocalRelationLoss
from rgrl.relation.relation_loss import RelationLoss

__all__ = [
    "AnchorQueue",
    "AnchorSampler",
    "EMATeacher",
    "LocalRelationLoss",
    "RelationLoss",
    "blockwise_sum",
    "ema_update",
    "inverse_degree_weights",
    "local_relation_kl",
    "relation_kl",
]
