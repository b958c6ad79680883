"""The embedder's arguments as a file may hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import numpy as np

from rgrl.errors import ConfigError
from rgrl.estimator.settings import checked_seed, plain_value, require_whole
from rgrl.graph.checks import require_flag
from rgrl.graph.structural_features import FeatureKind
from rgrl.short_repr import short_repr

_FLAGS = ("undirected", "standardize", "warm_start")
_WORDS = {"features": (None, *get_args(FeatureKind)), "output": (None, "numpy", "default", "pandas")}
_COUNTS = {"block_rows": 1, "verbose": 0}


def plain_arguments(arguments: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """All arguments of the embedder in types that a file has; a callback has none, a stream has its seed.

    Args:
        arguments: As they were given.
        seed: What a ``RandomState`` gave.
    """
    plain = {name: plain_value(value) for name, value in arguments.items()}
    stream = isinstance(arguments["random_state"], np.random.RandomState)
    return {
        **plain,
        **{name: bool(plain[name]) for name in _FLAGS},
        "random_state": seed if stream else plain["random_state"],
        "callback": None,
    }


def usable(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the arguments, unless a flag is neither True nor False, or the callback cannot be called.

    Args:
        arguments: All of the embedder's.

    Raises:
        ConfigError: Names the argument, its value and what is accepted.

    Example:
        >>> from rgrl import RGRLEmbedder
        >>> usable({**RGRLEmbedder().get_params(), "callback": 3})
        Traceback (most recent call last):
        rgrl.errors.ConfigError: callback is 3: a function of an Update, or None, is needed
    """
    for name in _FLAGS:
        require_flag(name, arguments[name])
    callback = arguments["callback"]
    if callback is not None and not callable(callback):
        raise ConfigError(f"callback is {short_repr(callback)}: a function of an Update, or None, is needed")
    return arguments


def require_plain(arguments: Mapping[str, Any]) -> None:
    """Refuse what ``fit`` could not be called with; the device may be another machine's.

    Args:
        arguments: All of the embedder's, of which settings are left to :func:`preset_of`.

    Raises:
        ConfigError: Names the argument, its value and what is accepted.

    Example:
        >>> from rgrl import RGRLEmbedder
        >>> require_plain(RGRLEmbedder().get_params())
    """
    for name in _FLAGS:
        require_flag(name, arguments[name])
    for name, words in _WORDS.items():
        if arguments[name] not in words:
            raise ConfigError(f"{name} is {arguments[name]!r}: accepted are {', '.join(map(repr, words))}")
    for name, least in _COUNTS.items():
        require_whole(name, arguments[name], least)
    if arguments["random_state"] is not None:
        checked_seed(arguments["random_state"])
    if not isinstance(arguments["device"], str):
        raise ConfigError(f"device is {arguments['device']!r}: a name such as 'cpu' is needed")
    if arguments["callback"] is not None:
        raise ConfigError(f"callback is {arguments['callback']!r}: a file holds none, so None is needed")
