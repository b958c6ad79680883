from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from rgrl.errors import ConfigError, DataError
from rgrl.plot import sample_similarities, similarity_histogram

ROWS = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))
RING = torch.stack([torch.arange(40), (torch.arange(40) + 1) % 40])
LABELS = torch.arange(40) % 4


def test_each_kind_is_a_density_with_its_count_and_median():
    axes = similarity_histogram(ROWS, RING, LABELS, bins=12).axes[0]
    found = sample_similarities(ROWS, RING, LABELS)
    kinds = {"neighbours": found.neighbours, "same class": found.same_class, "other class": found.others}
    assert len(axes.patches) == 3
    for patch, (name, values) in zip(axes.patches, kinds.items(), strict=True):
        heights, edges, _ = patch.get_data()
        assert len(heights) == 12 and (heights * np.diff(edges)).sum() == pytest.approx(1)
        np.testing.assert_allclose(heights, np.histogram(values, edges, density=True)[0])
        median = f"{np.median(values):.2f}".replace("-", "\N{MINUS SIGN}")
        assert patch.get_label() == f"{name}\n{len(values):,} pairs, median {median}"
    assert axes.get_xlabel() == "cosine similarity"


def test_kinds_are_told_apart_without_colours():
    patches = similarity_histogram(ROWS, RING, LABELS).axes[0].patches
    assert len({patch.get_linestyle() for patch in patches}) == 3


def test_without_labels_there_are_neighbours_and_others():
    mine = Figure()
    axes = mine.subplots()
    assert similarity_histogram(ROWS, RING, title="here", ax=axes) is mine
    assert [patch.get_label().split("\n")[0] for patch in axes.patches] == ["neighbours", "others"]
    assert axes.get_title() == "here"


def test_few_pairs_have_few_bins():
    assert len(similarity_histogram(ROWS, RING).axes[0].patches[0].get_data()[0]) == 10


def test_equal_cosines_and_a_missing_kind_are_drawn():
    complete = torch.combinations(torch.arange(4)).T
    assert len(similarity_histogram(torch.ones(4, 2), complete).axes[0].patches) == 1


def test_what_does_not_fit_is_refused():
    with pytest.raises(ConfigError, match="bins is 0"):
        similarity_histogram(ROWS, RING, bins=0)
    with pytest.raises(DataError, match="labels have shape"):
        similarity_histogram(ROWS, RING, LABELS[:3])


@pytest.mark.parametrize("spread", [0.0, 1e-7, 1e-4, 3e-4])
def test_a_collapsed_embedding_is_drawn(spread):
    embedding = np.ones((60, 8), np.float32)
    embedding += spread * np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    axes = similarity_histogram(embedding, [[0, 1], [1, 2]]).axes[0]
    low, high = axes.get_xlim()
    assert low < 1 < high
