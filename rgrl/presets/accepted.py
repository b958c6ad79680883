"""What each setting of a preset may be."""

from __future__ import annotations

import math
from typing import Any

from rgrl.errors import ConfigError

#: Beyond this a layer has no use, and its weights fit no memory.
_LARGEST_WIDTH = 1_000_000
_LARGEST_WHOLE = 2**63 - 1
_LOWEST_TEMPERATURE = 1e-6
_NORMS = ("batch", "frozen", "layer", "none")
_PRECISIONS = ("auto", "fp32", "bf16")
_ENCODERS = ("gcn", "sage", "gat", "gin", "sgc")
_ACTIVATIONS = ("prelu", "relu")
_SCHEDULES = ("constant", "cosine")
_STEMS = ("cifar", "pooled", "imagenet")
_TEACHER_VIEWS = ("weak", "contrastive")


def _is_int(low: int, high: int = _LARGEST_WHOLE) -> Any:
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def _is_number(low: float, high: float = float("inf"), *, open_low: bool = False) -> Any:
    def accepts(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return (low < value if open_low else low <= value) and value <= high and value != float("inf")

    return accepts


def _is_pair(accepts: Any) -> Any:
    return lambda v: isinstance(v, tuple) and len(v) == 2 and all(accepts(e) for e in v)


_POSITIVE = (_is_number(0, open_low=True), "a number above 0")
# Its reciprocal has to fit float32, with room for the similarities.
_TEMPERATURE = (_is_number(_LOWEST_TEMPERATURE), f"a number above 0, at least {_LOWEST_TEMPERATURE:g},")
_WEIGHT = (_is_number(0), "a number of at least 0")
_COUNT = (_is_int(1), "a whole number of at least 1")
_WIDTH = (_is_int(1, _LARGEST_WIDTH), f"a whole number from 1 to {_LARGEST_WIDTH:,}")
# With 1 in both views nothing is left to learn from: no feature, or no edge.
_DROP_PAIR = (
    lambda v: _is_pair(_is_number(0, 1))(v) and min(v) < 1,
    "a pair of probabilities from 0 to 1, not both 1,",
)
_PROBABILITY = (_is_number(0, 1), "a number from 0 to 1")
_FLAG = (lambda v: isinstance(v, bool), "true or false")


def _one_of(names: tuple[str, ...]) -> tuple[Any, str]:
    return (lambda v: v in names, "one of " + ", ".join(f'"{name}"' for name in names))


ACCEPTED: dict[str, tuple[Any, str]] = {
    "epochs": (_is_int(0), "a whole number of at least 0"),
    "batch_size": (lambda v: v is None or _COUNT[0](v), _COUNT[1]),
    "learning_rate": _POSITIVE,
    "weight_decay": _WEIGHT,
    "layers": (
        lambda v: isinstance(v, tuple) and len(v) > 0 and all(_WIDTH[0](e) for e in v),
        f"a list of whole numbers from 1 to {_LARGEST_WIDTH:,}",
    ),
    "schedule": _one_of(_SCHEDULES),
    "warmup": (_is_int(0), "a whole number of at least 0"),
    "encoder": _one_of(_ENCODERS),
    "norm": _one_of(_NORMS),
    "activation": _one_of(_ACTIVATIONS),
    "final_activation": _FLAG,
    "row_normalize": _FLAG,
    "predictor_hidden": _WIDTH,
    "momentum": _PROBABILITY,
    "feature_mask": _DROP_PAIR,
    "edge_drop": _DROP_PAIR,
    "symmetric_edge_drop": _FLAG,
    "num_anchors": _COUNT,
    "alpha": (_is_number(0, 1, open_low=True), "a number above 0 and at most 1"),
    "beta": _WEIGHT,
    "student_temperature": _TEMPERATURE,
    "teacher_temperature": _TEMPERATURE,
    "global_weight": _WEIGHT,
    "num_local_anchors": _WIDTH,
    "include_self": _FLAG,
    "local_student_temperature": _TEMPERATURE,
    "local_teacher_temperature": _TEMPERATURE,
    "local_weight": _WEIGHT,
    "projector_hidden": _WIDTH,
    "temperature": _TEMPERATURE,
    "decorrelation": _WEIGHT,
    "dimensions": _WIDTH,
    "walk_length": (_is_int(2, 10_000), "a whole number from 2 to 10,000"),
    "walks_per_node": _COUNT,
    "window": _COUNT,
    "p": _POSITIVE,
    "q": _POSITIVE,
    "negatives": _COUNT,
    "skipgram_epochs": _COUNT,
    "hidden": _WIDTH,
    "dropout": (lambda v: _PROBABILITY[0](v) and v < 1, "a number of at least 0 and below 1"),
    "decay_vectors": _FLAG,
    "warmup_epochs": (_is_int(0), "a whole number of at least 0"),
    "image_size": (_is_int(1, 10_000), "a whole number from 1 to 10,000"),
    "multi_crop": _FLAG,
    "teacher_view": _one_of(_TEACHER_VIEWS),
    "crop_scale": (
        lambda v: _is_pair(_is_number(0, 1, open_low=True))(v) and v[0] <= v[1],
        "a pair of shares above 0 and at most 1, in order,",
    ),
    "jitter": (_is_number(0, 2.5), "a number from 0 to 2.5"),
    "grey": _PROBABILITY,
    "blur": _PROBABILITY,
    "flip": _PROBABILITY,
    "validation_share": (_is_number(0, 0.5), "a number from 0 to 0.5"),
    "width": (_is_int(1, 4096), "a whole number from 1 to 4,096"),
    "stem": _one_of(_STEMS),
    "norm_splits": _COUNT,
    "projector_dim": _WIDTH,
    "predictor": _FLAG,
    "queue_size": (_is_int(1, 2**31 - 1), f"a whole number from 1 to {2**31 - 1:,}"),
    "infonce_warmup": (_is_int(0), "a whole number of at least 0"),
    "precision": _one_of(_PRECISIONS),
    "eval_every": _COUNT,
    "patience": _COUNT,
}
"""For each setting a function that accepts its value, and what is accepted, in words."""


def require_accepted(name: str, value: object) -> None:
    """Refuse a value that a setting may not have.

    Raises:
        ConfigError: Names the setting, its value and what is accepted.
    """
    _require_ordinary(name, value)
    accepts, wanted = ACCEPTED[name]
    if not accepts(value):
        raise ConfigError(f"{name} is {_shown(value)}: {wanted} is needed")


def _require_ordinary(name: str, value: object) -> None:
    for part in value if isinstance(value, tuple) else (value,):
        if isinstance(part, int) and abs(part) > _LARGEST_WHOLE:  # longer ones may not even be printed
            size = f"{'-' if part < 0 else ''}1e{math.log10(abs(part)):.0f}"
            raise ConfigError(
                f"{name} has a whole number near {size}: at most {_LARGEST_WHOLE:,} is accepted"
            )


def _shown(value: object) -> str:
    return str(list(value)) if isinstance(value, tuple) else repr(value)
