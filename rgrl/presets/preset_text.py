"""A preset as the text of a file."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rgrl.presets.preset import Preset


def preset_text(preset: Preset, comments: Sequence[str] = ()) -> str:
    """Write a preset as TOML, which :func:`rgrl.presets.load_preset` reads from a file of one's own.

    Args:
        preset: Its settings, every one of them, and its method.
        comments: Lines to stand at the top.

    Example:
        >>> from rgrl.presets import load_preset
        >>> print(preset_text(load_preset("node2vec-default"), ["Made up."]).splitlines()[2:4])
        ['method = "node2vec"', 'dimensions = 128']
    """
    settings = {"method": preset.method, **preset.to_dict()}
    # What JSON and TOML call text, numbers, flags and lists of them is the same.
    lines = [f"{name} = {json.dumps(value, allow_nan=False)}" for name, value in settings.items()]
    return "\n".join(
        [*(f"# {' '.join(comment.split())}" for comment in comments), *([""] if comments else []), *lines, ""]
    )
