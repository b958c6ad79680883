"""Pictures of embeddings, trainings and relations; matplotlib is imported when one is drawn."""

from rgrl.plot.accuracy_by_degree import accuracy_by_degree
from rgrl.plot.curve_points import CurvePoints, curve_points
from rgrl.plot.degree_accuracy import degree_accuracy
from rgrl.plot.degree_bins import DegreeBins
from rgrl.plot.embedding_coordinates import MapMethod, embedding_coordinates
from rgrl.plot.embedding_map import embedding_map
from rgrl.plot.node_relation import node_relation
from rgrl.plot.pair_similarities import PairSimilarities
from rgrl.plot.relation import Relation
from rgrl.plot.relation_picture import relation_picture
from rgrl.plot.sample_similarities import sample_similarities
from rgrl.plot.similarity_histogram import similarity_histogram
from rgrl.plot.training_curve import training_curve

__all__ = [
    "CurvePoints",
    "DegreeBins",
    "MapMethod",
    "PairSimilarities",
    "Relation",
    "accuracy_by_degree",
    "curve_points",
    "degree_accuracy",
    "embedding_coordinates",
    "embedding_map",
    "node_relation",
    "relation_picture",
    "sample_similarities",
    "similarity_histogram",
    "training_curve",
]
