"""Logistic regression by scikit-learn, a split at a time: for sparse and for very wide features."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from rgrl.evaluate.checks import IntArray
from rgrl.evaluate.logistic_fit import LogisticFit
from rgrl.evaluate.predict_all import predict_all
from rgrl.evaluate.smallest_integers import smallest_integers

Features: TypeAlias = npt.NDArray[np.float32] | sparse.csr_matrix


def fit_with_sklearn(
    features: Features,
    labels: IntArray,
    parts: tuple[IntArray, IntArray, IntArray],
    path: Sequence[float],
    *,
    tolerance: float,
    max_iter: int,
    num_classes: int | None = None,
) -> LogisticFit:
    """Fit one split along the path of strengths; validation chooses, the earlier of equals.

    Args:
        features: ``[N, d]``; dense ones are standardised, sparse ones divided by their deviation.
        labels: ``[N]``.
        parts: Train, validation and test rows.
        path: Strengths, the strongest first.
        tolerance: Largest entry of the gradient at rest.
        max_iter: Most L-BFGS iterations of a fit.
        num_classes: Number of classes, to keep the class of every node; None to keep none.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    train, val, test = parts
    target = labels[train]
    if np.all(target == target[0]):  # nothing to fit, and scikit-learn refuses a single class
        everywhere = np.full(labels.size, target[0])
        return LogisticFit(
            _percent(target[0], labels[val]),
            _percent(target[0], labels[test]),
            path[0],
            True,
            None if num_classes is None else smallest_integers(everywhere, num_classes),
        )
    scaler = StandardScaler(with_mean=not sparse.issparse(features))
    train_rows = scaler.fit_transform(features[train].astype(np.float64))
    val_rows = scaler.transform(features[val].astype(np.float64))
    model = LogisticRegression(solver="lbfgs", max_iter=max_iter, tol=tolerance, warm_start=True)
    best: tuple[float, float, bool, Any, Any] | None = None
    for strength in path:
        model.C = 1 / (strength * train.size)
        converged = fit_quietly(model, train_rows, target)
        accuracy = _percent(model.predict(val_rows), labels[val])
        if best is None or accuracy > best[0]:
            best = (accuracy, strength, converged, model.coef_.copy(), model.intercept_.copy())
    assert best is not None
    accuracy, strength, converged, model.coef_, model.intercept_ = best

    def predict(rows: IntArray) -> IntArray:
        return model.predict(scaler.transform(features[rows].astype(np.float64)))

    found = None
    if num_classes is not None:
        found = predict_all(predict, (val, test), num_nodes=labels.size, num_classes=num_classes)
    predicted = predict(test) if found is None else found[test]
    return LogisticFit(accuracy, _percent(predicted, labels[test]), strength, converged, found)


def fit_quietly(model: Any, rows: Any, target: IntArray) -> bool:
    """Fit, and say whether it converged instead of warning that it did not."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(rows, target)
    return not any(issubclass(warning.category, ConvergenceWarning) for warning in caught)


def _percent(predicted: Any, labels: IntArray) -> float:
    return 100 * float(np.mean(predicted == labels))
