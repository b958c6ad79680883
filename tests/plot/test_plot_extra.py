"""What the room promises of matplotlib: imported late, named when missing, its global state left alone."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from rgrl import plot
from rgrl.errors import MissingExtraError

EDGES = [[0, 1], [1, 2]]
IDS, ODDS = torch.tensor([0, 1]), torch.tensor([0.5, 0.5], dtype=torch.float64)
PICTURES = {
    "embedding_map": lambda: plot.embedding_map(torch.eye(4), [0, 0, 1, 1]),
    "training_curve": lambda: plot.training_curve([(1, 2.0)]),
    "relation_picture": lambda: plot.relation_picture(plot.Relation(0, IDS, ODDS, ODDS, IDS, ODDS, ODDS)),
    "similarity_histogram": lambda: plot.similarity_histogram(torch.eye(4), EDGES),
    "degree_accuracy": lambda: plot.degree_accuracy([1, 2], [True, False]),
}

ALL_AT_ONCE = """
import sys
import matplotlib
import test_plot_extra

def settings():  # looking up the backend would choose one
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}

before = settings()
for name, picture in test_plot_extra.PICTURES.items():
    picture().savefig(f"{name}.png")
assert "matplotlib.pyplot" not in sys.modules, "pyplot was imported"
assert matplotlib.get_backend(auto_select=False) is None, "a backend was chosen"
assert settings() == before
"""

WITHOUT = """
import sys
sys.modules["matplotlib"] = None
import rgrl.plot
assert rgrl.plot.accuracy_by_degree([1], [1]).count.tolist() == [1]
"""


def test_pictures_leave_pyplot_backend_and_settings_alone(tmp_path):
    path = os.pathsep.join([*filter(None, sys.path), str(Path(__file__).parent)])
    environment = {**os.environ, "PYTHONPATH": path}
    environment.pop("MPLBACKEND", None)
    subprocess.run([sys.executable, "-c", ALL_AT_ONCE], check=True, cwd=tmp_path, env=environment)
    assert {path.stem for path in tmp_path.glob("*.png")} == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_notebook_is_given_a_picture(name):
    figure = PICTURES[name]()
    png = figure._repr_png_()
    assert png.startswith(b"\x89PNG") and int.from_bytes(png[16:20], "big") == round(
        figure.get_figwidth() * 200
    )
    again = pickle.loads(pickle.dumps(figure))
    assert again._repr_png_().startswith(b"\x89PNG") and again._repr_png_.args[0] is again
    assert copy.deepcopy(figure)._repr_png_.args[0] is not figure


@pytest.mark.parametrize("inline", [False, True])
def test_ipython_shows_a_figure_once_with_and_without_its_own_printer(inline):
    """What Jupyter does with the last expression of a cell."""
    formatters = pytest.importorskip("IPython.core.formatters")
    matplotlib_figure = pytest.importorskip("matplotlib.figure").Figure
    formatter, drawn = formatters.DisplayFormatter(), []
    if inline:  # as %matplotlib inline has it
        formatter.formatters["image/png"].for_type(
            matplotlib_figure, lambda figure: drawn.append(figure) or b"p"
        )
    data, _ = formatter.format(PICTURES["training_curve"]())
    assert (data["image/png"] == b"p") == inline and len(drawn) == inline
    assert sorted(data) == ["image/png", "text/plain"]


def test_the_room_imports_without_matplotlib():
    subprocess.run([sys.executable, "-c", WITHOUT], check=True)


@pytest.mark.parametrize("name", PICTURES)
def test_missing_matplotlib_is_named_with_its_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"^plots need matplotlib .*pip install 'rgrl\[plot\]'$"):
        PICTURES[name]()
