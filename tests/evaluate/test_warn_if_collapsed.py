from __future__ import annotations

import logging

import pytest
import torch
from torch import Tensor

from rgrl.evaluate.warn_if_collapsed import warn_if_collapsed
from rgrl.graph import Graph


def graph_of(x: Tensor, *, sparse_features: bool = False) -> Graph:
    return Graph.from_edge_index([[0, 1], [1, 0]], x=x, sparse_features=sparse_features)


def features(nodes: int = 300, largest: float = 50_000.0) -> Tensor:
    x = torch.rand(nodes, 5, generator=torch.Generator().manual_seed(0))
    x[:, 3] *= largest
    return x


ALIKE = "the embedding has collapsed: its 300 rows point the same way (mean distance "


@pytest.mark.parametrize("noise", [0.0, 1e-4])
def test_rows_of_one_direction_are_told_with_the_column_that_hides_the_others(
    noise: float, caplog: pytest.LogCaptureFixture
) -> None:
    draw = torch.Generator().manual_seed(1)
    lengths = torch.rand(300, 1, generator=draw) + 0.5  # as one feature alone gives them
    rows = lengths * (torch.ones(8) + noise * torch.randn(300, 8, generator=draw))
    assert warn_if_collapsed(rows, graph_of(features()), ["a", "b", "c", "income", "e"])
    (message,) = caplog.messages
    assert message.startswith(ALIKE)
    assert "; column 3 ('income') of the features is " in message
    assert message.endswith("larger than the others: features of one scale help")
    assert "\n" not in message


def test_without_a_single_large_column_none_is_named(caplog: pytest.LogCaptureFixture) -> None:
    rows = torch.zeros(300, 4)
    assert warn_if_collapsed(rows, graph_of(features(largest=10)))
    assert warn_if_collapsed(rows, graph_of(features(), sparse_features=True))
    assert warn_if_collapsed(rows, graph_of(features()[:, 3:4]))
    assert ["features of one scale" in message for message in caplog.messages] == [True, False, True]
    assert not any("column" in message for message in caplog.messages)


def test_rows_that_differ_give_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    draw = torch.Generator().manual_seed(1)
    rows = 1 + 0.1 * torch.randn(5000, 8, generator=draw)  # mean cosine above 0.98
    with caplog.at_level(logging.WARNING):
        assert not warn_if_collapsed(rows, graph_of(features(5000)))
        assert not warn_if_collapsed(torch.rand(300, 1), graph_of(features())), "one number has no direction"
        assert not warn_if_collapsed(torch.ones(1, 4), graph_of(torch.ones(2, 2)))
    assert caplog.messages == []


def test_at_most_some_thousand_rows_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    spread = warn_if_collapsed.__globals__["_spread"]
    monkeypatch.setitem(
        warn_if_collapsed.__globals__, "_spread", lambda rows: seen.append(len(rows)) or spread(rows)
    )
    assert warn_if_collapsed(torch.ones(10_000, 4), graph_of(torch.ones(10_000, 2)))
    assert 1024 < seen[0] <= 2048
