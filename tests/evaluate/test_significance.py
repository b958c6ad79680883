from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgrl.errors import ConfigError, DataError
from rgrl.evaluate import corrected_t_test, holm

_NUMBERS = st.lists(st.integers(-50, 50).map(lambda x: x / 10), min_size=2, max_size=12)


def _student_tail(t: float, freedom: int) -> float:
    """Two-sided p by the trapezoid rule over the density, of x = √ν tan a."""
    constant = math.gamma((freedom + 1) / 2) / (math.gamma(freedom / 2) * math.sqrt(math.pi))
    angle = np.linspace(math.atan(abs(t) / math.sqrt(freedom)), math.pi / 2, 20001)
    height = np.cos(angle).clip(min=0) ** (freedom - 1)
    return float(2 * constant * ((height[1:] + height[:-1]) / 2 * np.diff(angle)).sum())


@given(differences=_NUMBERS, ratio=st.sampled_from([0.1, 0.25, 1.0, 8.0]))
def test_equals_the_formula(differences: list[float], ratio: float) -> None:
    t, p = corrected_t_test(differences, train_size=100, test_size=100 * ratio)
    count = len(differences)
    mean = sum(differences) / count
    variance = sum((x - mean) ** 2 for x in differences) / (count - 1)
    if variance < 1e-12:
        assert (t, p) == ((0.0, 1.0) if mean == 0 else (math.copysign(math.inf, mean), 0.0))
        return
    assert t == pytest.approx(mean / math.sqrt((1 / count + ratio) * variance), abs=1e-12)
    assert p == pytest.approx(_student_tail(t, count - 1), abs=1e-6)
    assert corrected_t_test([-x for x in differences], train_size=1, test_size=ratio) == pytest.approx(
        (-t, p)
    )


def test_is_more_careful_than_the_ordinary_test() -> None:
    from scipy.stats import ttest_1samp

    differences = np.random.default_rng(0).normal(0.5, 1.0, size=20)
    ordinary = ttest_1samp(differences, 0)
    t, p = corrected_t_test(differences.tolist(), train_size=1.0, test_size=1e-12)
    assert (t, p) == pytest.approx((ordinary.statistic, ordinary.pvalue))
    assert corrected_t_test(differences.tolist(), train_size=0.1, test_size=0.8)[1] > p


@pytest.mark.parametrize(
    ("differences", "text"),
    [([0.1], "1 differences were given: at least 2"), ([0.1, float("nan")], "difference 1 is nan")],
)
def test_unusable_differences_are_refused(differences: list[float], text: str) -> None:
    with pytest.raises(DataError, match=text):
        corrected_t_test(differences, train_size=1, test_size=1)


@pytest.mark.parametrize(
    ("train", "test", "text"), [(0, 1, "train_size is 0"), (1, math.inf, "test_size is inf")]
)
def test_unusable_sizes_are_refused(train: float, test: float, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        corrected_t_test([0.1, 0.2], train_size=train, test_size=test)


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closure_of_bonferroni(p_values: list[float]) -> None:
    # A hypothesis is rejected if Bonferroni rejects every set of hypotheses that it is in.
    places = range(len(p_values))
    for i, adjusted in enumerate(holm(p_values)):
        sets = [s for size in range(1, len(p_values) + 1) for s in combinations(places, size) if i in s]
        want = max(min(1.0, len(s) * min(p_values[j] for j in s)) for s in sets)
        assert adjusted == pytest.approx(want)


@pytest.mark.parametrize(
    ("p_values", "text"), [([], "no p-values"), ([0.1, 1.2], "p-value 1 is 1.2"), ([float("nan")], "is nan")]
)
def test_unusable_p_values_are_refused(p_values: list[float], text: str) -> None:
    with pytest.raises(DataError, match=text):
        holm(p_values)
