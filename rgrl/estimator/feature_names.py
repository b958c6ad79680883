"""Names of feature columns, as scikit-learn's estimators keep and compare them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from rgrl.errors import DataError, RGRLWarning
from rgrl.short_repr import short_repr
from rgrl.warn_caller import warn_caller

FeatureNames = npt.NDArray[np.object_]


def feature_names(x: Any) -> FeatureNames | None:
    """Return the names of a frame's columns, ``[F]``; ``None`` where there are none, or none is text.

    Raises:
        DataError: If some are text and others are not.

    Example:
        >>> import pandas as pd
        >>> feature_names(pd.DataFrame({"age": [30], "tall": [1]})).tolist()
        ['age', 'tall']
    """
    names = list(getattr(x, "columns", ()))
    strange = [name for name in names if not isinstance(name, str)]
    if len(strange) == len(names):
        return None
    if strange:
        raise DataError(
            f"x has the column {short_repr(strange[0])} beside columns named by text: text for all is needed"
        )
    return np.array(names, dtype=object)


def require_same_names(fitted: FeatureNames | None, found: FeatureNames | None) -> None:
    """Refuse columns of other names, or in another order, than those of ``fit``.

    Where one of the two has no names, the columns are taken by place with a :class:`rgrl.errors.RGRLWarning`.

    Raises:
        DataError: Names the first column that differs.

    Example:
        >>> require_same_names(np.array(["age", "tall"]), np.array(["age", "tall"]))
    """
    if fitted is None and found is None:
        return
    if fitted is None or found is None:
        which = "column names, but fit had none" if fitted is None else "no column names, but fit had some"
        warn_caller(f"x has {which}: its columns are taken by place", RGRLWarning)
        return
    before, now = fitted.tolist(), found.tolist()
    if before == now:
        return
    new = next((name for name in now if name not in before), None)
    gone = next((name for name in before if name not in now), None)
    if new is not None:
        fault = f"the column {short_repr(new)}, which fit had not"
    elif gone is not None:
        fault = f"no column {short_repr(gone)}, which fit had"
    else:
        fault = "its columns in another order than in fit"
    raise DataError(f"x has {fault}: the columns of feature_names_in_, in their order, are needed")
