"""The error of an estimator that was not fitted."""

from __future__ import annotations

from sklearn.exceptions import NotFittedError

from rgrl.errors import RGRLError


class UnfittedError(RGRLError, NotFittedError):
    """Something that needs ``fit`` was asked for before it; scikit-learn's ``NotFittedError`` as well."""
