from __future__ import annotations

import numpy as np
import pytest
import torch
from made_up_results import result

from rgrl.bench.report.map import MOST_NODES, embedding_map
from rgrl.bench.report.projection import clusters, project
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


@pytest.mark.parametrize("projection", ["tsne", "pca"])
def test_the_same_rows_have_the_same_places(projection):
    places = project(ROWS.numpy(), projection=projection)
    assert places.shape == (60, 2)
    assert np.array_equal(places, project(ROWS.numpy(), projection=projection))
    groups = places.reshape(3, 20, 2)
    centres = groups.mean(axis=1)
    for number, group in enumerate(groups):  # groups far apart stay apart
        nearest = np.linalg.norm(group[:, None] - centres, axis=2).argmin(axis=1)
        assert (nearest == number).all()


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (4, 1), (7, 1)])
def test_few_rows_and_few_dimensions_have_places(shape):
    assert project(np.ones(shape), projection="tsne").shape == (shape[0], 2)
    assert clusters(np.ones(shape), count=8).shape == shape[:1]


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
