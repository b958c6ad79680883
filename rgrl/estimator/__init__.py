"""RGRL with scikit-learn's face, and its embeddings as files."""

from rgrl.estimator.feature_scale import FeatureScale
from rgrl.estimator.rgrl_embedder import RGRLEmbedder
from rgrl.estimator.unfitted_error import UnfittedError
from rgrl.estimator.write_embedding import write_embedding

__all__ = ["FeatureScale", "RGRLEmbedder", "UnfittedError", "write_embedding"]
