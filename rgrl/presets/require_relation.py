"""Whether RGRL's settings leave anything to learn from."""

from __future__ import annotations

from rgrl.errors import ConfigError


def require_relation(
    *, global_weight: float, num_anchors: int, local_weight: float, num_local_anchors: int
) -> None:
    """Refuse settings under which neither term has a gradient.

    The relation to a single anchor is a softmax over one number, which is 1 whatever the embedding is.

    Raises:
        ConfigError: If each term has the weight 0 or one anchor.

    Example:
        >>> require_relation(global_weight=1.0, num_anchors=2, local_weight=0.0, num_local_anchors=1)
    """
    if global_weight == 0 and local_weight == 0:
        raise ConfigError("global_weight and local_weight are both 0: nothing is left to learn from")
    if (global_weight == 0 or num_anchors == 1) and (local_weight == 0 or num_local_anchors == 1):
        raise ConfigError(
            f"global_weight is {global_weight:g} with num_anchors {num_anchors}, and local_weight "
            f"{local_weight:g} with num_local_anchors {num_local_anchors}: nothing is left to learn from, "
            "for the relation to one anchor is always 1"
        )
