from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from rgrl.datasets.fingerprint import fingerprint

X = np.array([[0, 1.5, 0], [2, 0, 0], [0, 0, 0], [0, 0, -3]], dtype=np.float32)
EDGES = np.array([[0, 1, 1, 2], [1, 0, 2, 1]])
Y = np.array([0, 1, 2, 1])


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 2**31), st.integers(1, 20))
def test_sparse_and_dense_agree_whatever_the_block(n: int, f: int, seed: int, block: int) -> None:
    draw = np.random.default_rng(seed)
    x = np.where(draw.random((n, f)) < 0.5, draw.standard_normal((n, f)), 0).astype(np.float32)
    edges = draw.integers(0, n, (2, 7))
    whole = fingerprint(x, edges)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rgrl.datasets.fingerprint._BLOCK_ENTRIES", block)
        assert fingerprint(x, edges) == whole
        assert fingerprint(sparse.csr_matrix(x), edges[:, ::-1]) == whole
        assert fingerprint(sparse.coo_matrix(x), edges) == whole


def test_stored_zeros_and_duplicates_do_not_count() -> None:
    parts = (np.array([1.0, 1.0, 0.0]), np.array([0, 0, 1]), np.array([0, 3]))
    odd = sparse.csr_matrix(parts, shape=(1, 2))
    none = np.empty((2, 0), dtype=np.int64)
    assert fingerprint(odd, none) == fingerprint(np.array([[2.0, 0.0]]), none)


def test_counts() -> None:
    found = fingerprint(X, EDGES, Y)
    assert (found.num_nodes, found.num_edges, found.num_features, found.num_classes) == (4, 4, 3, 3)
    assert found.num_isolated == 1
    assert not found.directed
    assert fingerprint(X, EDGES[:, :1], Y).directed
    assert found.to_dict()["digest"] == found.digest
    assert str(found) == f"4 nodes, 4 edges, 3 features, 3 classes, {found.digest[:12]}"


def test_the_digest_is_what_it_was_before_relations() -> None:
    """Caches and published digests are keyed by it: this value must never change."""
    known = "1eea49d81d2d49a85f701befcfbdad346dfee65e51b0aa460e49a3340eca5c32"
    assert fingerprint(X, EDGES, Y).digest == known
    assert fingerprint(X, EDGES, Y, {}).digest == known


def test_every_relation_counts() -> None:
    none = np.empty((2, 0), dtype=np.int64)
    relations = {"A": EDGES[:, :2], "B": EDGES[:, 2:]}
    variants = [
        {},
        relations,
        {"A": EDGES[:, 2:], "B": EDGES[:, :2]},
        {"A": EDGES[:, :2], "C": EDGES[:, 2:]},
        {"A": EDGES[:, :2]},
        {"A": EDGES, "B": none},
        {"A": EDGES},
        {"A": none},
    ]
    found = [fingerprint(X, EDGES, Y, each) for each in variants]
    assert len({each.digest for each in found}) == len(variants)
    assert len({each.num_edges for each in found}) == 1
    turned = {"B": EDGES[:, [3, 2]], "A": EDGES[:, [1, 0]]}
    assert fingerprint(X, EDGES, Y, turned) == fingerprint(X, EDGES, Y, relations)


def test_a_node_with_only_a_self_loop_is_isolated() -> None:
    assert fingerprint(X, np.array([[3], [3]])).num_isolated == 4


def test_every_part_counts() -> None:
    order = [1, 0, 2, 3]
    other_value, other_place = X.copy(), X.copy()
    other_value[0, 1] = 1.25
    other_place[0] = [1.5, 0, 0]
    variants = [
        fingerprint(X, EDGES, Y),
        fingerprint(X, EDGES),
        fingerprint(other_value, EDGES, Y),
        fingerprint(other_place, EDGES, Y),
        fingerprint(X, EDGES[:, :2], Y),
        fingerprint(X, EDGES, Y[::-1]),
        fingerprint(X[order], EDGES, Y),
        fingerprint(np.hstack([X, np.zeros((4, 1))]), EDGES, Y),
    ]
    assert len({variant.digest for variant in variants}) == len(variants)


def test_digests_of_an_earlier_version_still_hold() -> None:
    assert (
        fingerprint(X, EDGES, Y).digest == "1eea49d81d2d49a85f701befcfbdad346dfee65e51b0aa460e49a3340eca5c32"
    )
    assert (
        fingerprint(X, EDGES[:, [2, 0, 0, 3]]).digest
        == "067a99c6d16e63d2657651dbacf64682eca561364fd405e60c382b2318157794"
    )


def test_several_labels_a_node_count_by_node_and_label() -> None:
    several = np.zeros((4, 6), dtype=bool)
    several[[0, 2], [1, 3]] = True
    moved = several[:, ::-1]
    found = fingerprint(X, EDGES, several)
    assert found.num_classes == 6
    reshaped = np.zeros((4, 12), dtype=bool)
    variants = [
        found,
        fingerprint(X, EDGES),
        fingerprint(X, EDGES, moved),
        fingerprint(X, EDGES, several[::-1]),
    ]
    variants += [fingerprint(X, EDGES, reshaped), fingerprint(X, EDGES, reshaped[:, :6])]
    assert len({variant.digest for variant in variants}) == len(variants)
    assert fingerprint(X, EDGES, np.asfortranarray(several)) == found


@given(st.integers(1, 5), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_edges_count_as_a_multiset(block: int, drawn: list[tuple[int, int]]) -> None:
    edges = np.array(drawn, dtype=np.int64).reshape(-1, 2).T
    x = np.ones((5, 1), dtype=np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rgrl.datasets.fingerprint._BLOCK_ENTRIES", block)
        found = fingerprint(x, edges.astype(np.int32))
    assert found == fingerprint(x, edges[:, ::-1])
    assert found.num_edges == len(drawn)
    assert found.directed == (sorted(drawn) != sorted((b, a) for a, b in drawn))
    assert found.num_isolated == 5 - len({end for a, b in drawn if a != b for end in (a, b)})
