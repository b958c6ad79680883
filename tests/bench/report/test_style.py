"""Contrasts of the page's colours, by the definition of WCAG 2."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STYLE = (files("rgrl.bench.report") / "style.css").read_text()
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)
}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_text_and_lines_stand_out(theme):
    for ground in ("paper", "card", "warn"):
        for text in ("ink", "faint", "link"):
            assert contrast(COLOURS[text][theme], COLOURS[ground][theme]) >= 4.5, (text, ground)
    lines = [f"c{number}" for number in range(12)]
    for line in lines:
        assert contrast(COLOURS[line][theme], COLOURS["card"][theme]) >= 3, line
