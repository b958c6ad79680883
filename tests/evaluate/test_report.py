"""What a task says of embeddings."""

from __future__ import annotations

import json
from statistics import stdev

import pytest

from rgrl.errors import DataError
from rgrl.evaluate import Report

REPORT = Report("clustering", {"nmi": (0.5, 0.7, 0.9), "ari": (0.1, 0.1, 0.4)})


def test_mean_and_unbiased_deviation() -> None:
    assert REPORT.mean("nmi") == pytest.approx(0.7)
    assert REPORT.std("ari") == pytest.approx(stdev([0.1, 0.1, 0.4]))
    assert Report("x", {"a": (1.0,)}).std("a") is None


def test_it_comes_back_from_json() -> None:
    assert Report.from_dict(json.loads(json.dumps(REPORT.to_dict()))) == REPORT


def test_comparison_covers_what_both_have() -> None:
    other = Report("clustering", {"nmi": (0.6, 0.6, 0.6), "purity": (1.0, 1.0, 1.0)})
    assert REPORT.compare(other) == {"nmi": 0.1}
    with pytest.raises(DataError, match="link"):
        REPORT.compare(Report("link", {"nmi": (0.6,)}))


def test_of_some_metrics_less_is_better() -> None:
    tight = Report("clustering", {"modularity": (0.5, 0.3), "conductance": (0.1, 0.2)})
    loose = Report("clustering", {"modularity": (0.3, 0.3), "conductance": (0.4, 0.4)})
    assert tight.compare(loose) == {"modularity": 0.1, "conductance": 0.25}
    assert loose.compare(tight) == {"modularity": -0.1, "conductance": -0.25}
    assert tight.compare(tight) == {"modularity": 0.0, "conductance": 0.0}


def test_a_metric_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"'purity'.*nmi, ari"):
        REPORT.mean("purity")


@pytest.mark.parametrize("scores", [{}, {"a": ()}, {"a": (1.0,), "b": (1.0, 2.0)}])
def test_metrics_without_equally_many_scores_are_refused(scores: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="as many of each"):
        Report("x", scores)
