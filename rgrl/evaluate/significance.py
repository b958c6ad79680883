"""Whether a difference between two methods is more than the luck of the splits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, variance

from rgrl.errors import DataError
from rgrl.evaluate.setting_checks import require_positive


def corrected_t_test(
    differences: Sequence[float], *, train_size: float, test_size: float
) -> tuple[float, float]:
    """The corrected resampled t-test of Nadeau and Bengio (2003).

    Scores of random splits of one graph are not independent, since the splits share nodes; the ordinary
    paired t-test finds differences that are not there. With J splits, t = mean / sqrt((1/J + n_test/n_train)
    variance), which has about Student's distribution with J - 1 degrees of freedom. On the 10/10/80 splits of
    the paper n_test/n_train is 8, so that only large and steady differences count.

    Args:
        differences: Score of one method less that of the other, one a split, J of them.
        train_size: Nodes of a split that were trained on, or their share.
        test_size: Nodes that were tested on, in the same unit.

    Returns:
        t, and the two-sided p. Equal differences have no variance: then t is infinite and p 0, or, if all are
        0, t is 0 and p 1.

    Raises:
        ConfigError: If a size is not a finite number above 0.
        DataError: If there are fewer than two differences, or one is not finite.

    Example:
        >>> t, p = corrected_t_test([0.5, 0.7, 0.6, 0.8], train_size=0.8, test_size=0.2)
        >>> round(t, 3), round(p, 4)
        (7.12, 0.0057)
    """
    from scipy import special

    require_positive("train_size", train_size)
    require_positive("test_size", test_size)
    values = [float(value) for value in differences]
    if len(values) < 2:
        raise DataError(f"{len(values)} differences were given: at least 2 are needed")
    for number, value in enumerate(values):
        if not math.isfinite(value):
            raise DataError(f"difference {number} is {value}: finite values are needed")
    mean, spread = fmean(values), math.sqrt((1 / len(values) + test_size / train_size) * variance(values))
    if spread == 0:
        return (math.copysign(math.inf, mean), 0.0) if mean else (0.0, 1.0)
    t = mean / spread
    return t, float(2 * special.stdtr(len(values) - 1, -abs(t)))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p-values (1979), in the order given.

    Rejecting what is adjusted to at most α keeps the chance of any false rejection below α, however the
    tests depend on each other.

    Args:
        p_values: One a test, 0 to 1.

    Raises:
        DataError: If there is none, or one is not between 0 and 1.

    Example:
        >>> [round(p, 2) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    values = [float(value) for value in p_values]
    if not values:
        raise DataError("no p-values were given: at least 1 is needed")
    for number, value in enumerate(values):
        if not 0 <= value <= 1:
            raise DataError(f"p-value {number} is {value}: 0 to 1 is accepted")
    order = sorted(range(len(values)), key=values.__getitem__)
    adjusted, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = largest
    return tuple(adjusted)
