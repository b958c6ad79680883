"""An embedding in the container that was asked for."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from rgrl.errors import ConfigError, MissingExtraError
from rgrl.estimator.node_ids import NodeIds

_ACCEPTED = "None, 'numpy' and 'pandas'"


def checked_output(output: Any) -> str:
    """Return ``"numpy"`` or ``"pandas"``; for ``None`` what scikit-learn's ``set_config`` says.

    Raises:
        ConfigError: If it is another.
        MissingExtraError: If it is ``"pandas"``, which is not installed.
    """
    from sklearn import get_config

    name = get_config()["transform_output"] if output is None else output
    if name in ("numpy", "default"):
        return "numpy"
    if not isinstance(name, str) or name != "pandas":
        raise ConfigError(f"output is {name!r}: accepted are {_ACCEPTED}")
    try:
        import pandas  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("output='pandas' needs pandas: pip install 'rgrl[tables]'") from error
    return "pandas"


def as_output(embedding: npt.NDArray[Any], node_ids: NodeIds, columns: Any, output: str) -> Any:
    """An array ``[N, d]`` as it is, or a frame with the node ids as its index."""
    if output == "numpy":
        return embedding
    import pandas as pd

    # An Index made of tuples would become one of several levels.
    index = pd.Index(node_ids, name="node", tupleize_cols=False)
    return pd.DataFrame(embedding, index=index, columns=columns)
