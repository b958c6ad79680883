from __future__ import annotations

import numpy as np
import pytest
import torch
from made_up_results import result

from rgrl.bench.report.colour_clusters import colour_clusters
from rgrl.bench.report.map import MOST_NODES, embedding_map
from rgrl.bench.report.training import trainings_of
from rgrl.errors import DataError
from rgrl.evaluate import save_embeddings

ROWS = torch.cat([torch.randn(20, 6, generator=torch.Generator().manual_seed(0)) + 9 * c for c in range(3)])


def training(tmp_path, rows, *, digest="cora"):
    made = {**result("rgrl", "cora", [1.0, 2.0]), "runs": [{"seed": 0, "test": [1.0, 2.0], "best_update": 3}]}
    (found,) = trainings_of([made])
    stem = f"cora-rgrl-{made['config_hash']}-seed0"
    (tmp_path / "embeddings").mkdir()
    save_embeddings(tmp_path / "embeddings" / f"{stem}.safetensors", rows, fingerprint=digest)
    return found


def test_clusters_are_those_of_the_rows_however_few():
    found = colour_clusters(ROWS.numpy(), count=3).reshape(3, 20)
    assert len({tuple(set(row)) for row in found.tolist()}) == 3
    assert colour_clusters(np.ones((2, 1))).shape == (2,)


def test_a_collapsed_embedding_has_no_map(tmp_path):
    found = training(tmp_path, torch.ones(9, 2))
    with pytest.raises(DataError, match="a collapsed embedding"):
        embedding_map(found, [tmp_path], projection="pca", labels=lambda: None)


def test_a_map_is_coloured_by_class_or_else_by_cluster(tmp_path):
    found = training(tmp_path, ROWS)
    labels = torch.arange(3).repeat_interleave(20)
    html = embedding_map(found, [tmp_path], projection="pca", labels=lambda: labels)
    assert html is not None
    assert "60 points, coloured by class" in html
    assert [html.count(f'class="points few c{number}"') for number in range(4)] == [1, 1, 1, 0]
    assert html.count("h0") == 60
    for none in (None, labels[:5]):
        html = embedding_map(found, [tmp_path], projection="pca", labels=lambda none=none: none)
        assert html is not None
        assert "coloured by k-means cluster" in html


def test_a_large_embedding_is_sampled(tmp_path):
    rows = torch.randn(MOST_NODES + 500, 3, generator=torch.Generator().manual_seed(0))
    found = training(tmp_path, rows)
    html = embedding_map(found, [tmp_path], projection="pca", labels=lambda: None)
    assert html is not None
    assert "2,000 of 2,500 points" in html
    assert html.count("h0") == MOST_NODES
    assert html == embedding_map(found, [tmp_path], projection="pca", labels=lambda: None)


def test_an_embedding_of_another_graph_is_refused_and_a_missing_one_has_no_map(tmp_path):
    found = training(tmp_path, ROWS, digest="another")
    with pytest.raises(DataError, match="is of another graph"):
        embedding_map(found, [tmp_path], projection="pca", labels=lambda: None)
    assert embedding_map(found, [tmp_path / "elsewhere"], projection="pca", labels=lambda: None) is None
