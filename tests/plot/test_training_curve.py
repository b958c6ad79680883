from __future__ import annotations

import io
import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from rgrl.bench.cli import main
from rgrl.errors import DataError
from rgrl.plot import training_curve


def seed(shift: float, updates: tuple[int, ...] = (0, 1, 6), best: int = 6) -> dict:
    count = len(updates)
    return {
        "best_update": best,
        "curve": {
            "update": list(updates),
            "loss": [None] + [2.0 + shift] * (count - 1),
            "val_mean": [50.0 + shift + i for i in range(count)],
            "test_mean": [40.0 + shift + i for i in range(count)],
        },
    }


def lines(figure: Figure, panel: int) -> dict[str, tuple[list[float], list[float]]]:
    return {
        str(line.get_label()): (list(line.get_xdata()), list(line.get_ydata()))
        for line in figure.axes[panel].lines
    }


def test_one_seed_is_drawn_as_stored_and_its_choice_marked():
    figure = training_curve({"runs": [seed(0.0)]}, title="Cora")
    assert [axes.get_ylabel() for axes in figure.axes] == ["training loss", "accuracy (%)"]
    assert figure.axes[1].get_xlabel() == "updates" and figure.axes[0].get_title() == "Cora"
    found = lines(figure, 1)
    assert found["validation"] == ([0, 1, 6], [50, 51, 52])
    assert found["test"] == ([0, 1, 6], [40, 41, 42])
    assert found["chosen: update 6"] == ([6], [52])
    assert figure.axes[0].lines[0].get_ydata()[1:].tolist() == [2.0, 2.0]


def test_the_mean_of_seeds_is_of_updates_that_all_have():
    figure = training_curve({"runs": [seed(0.0), seed(2.0, (0, 1, 6, 11), best=11)]})
    found = lines(figure, 1)
    assert found["validation, mean of 2 seeds"] == ([0, 1, 6], [51, 52, 53])
    assert found["test, mean of 2 seeds"] == ([0, 1, 6], [41, 42, 43])
    assert found["chosen, of each seed"] == ([6, 11], [52, 55])
    assert len(figure.axes[1].lines) == 2 * 3 + 1


def test_lines_are_told_apart_without_colours():
    styles = {
        line.get_label(): line.get_linestyle() for line in training_curve({"runs": [seed(0.0)]}).axes[1].lines
    }
    assert styles["validation"] != styles["test"]


def test_losses_alone_have_one_panel():
    figure = training_curve([(1, 3.0), (2, 2.0)])
    assert len(figure.axes) == 1
    assert figure.axes[0].get_xlabel() == "updates"
    assert figure.axes[0].get_legend() is None


def test_a_single_point_can_be_seen():
    figure = training_curve([(1, 3.0)])
    assert figure.axes[0].lines[0].get_marker() == "."


def test_scores_of_images_have_no_test_and_no_choice():
    curve = {"epoch": [0, 1], "update": [0, 10], "loss": [None, 1.0], "val_mean": [30.0, 60.0]}
    figure = training_curve({"runs": [{"curve": curve}]}, score="kNN accuracy (%)")
    assert set(lines(figure, 1)) == {"validation"}
    assert figure.axes[1].get_ylabel() == "kNN accuracy (%)"


def test_a_real_result_is_drawn(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "sys.argv", ["rgrl-bench", "run", "karate", "--epochs", "6", "--seeds", "2", "--json"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    figure = training_curve(json.loads(capsys.readouterr().out))
    updates, _ = lines(figure, 1)["validation, mean of 2 seeds"]
    assert updates == [0, 1, 6]
    assert np.isfinite(figure.axes[0].lines[0].get_ydata()[1:]).all()


def test_a_choice_that_is_not_on_the_curve_has_no_ring():
    assert "chosen: update 3" not in lines(training_curve({"runs": [seed(0.0, best=3)]}), 1)


def test_a_malformed_choice_is_refused():
    with pytest.raises(DataError, match="best_update of the curve of run 1 is 'six'"):
        training_curve({"runs": [seed(0.0), seed(1.0, best="six")]})


def test_the_largest_numbers_are_drawn():
    curve = {"update": [-1e100, 1e100], "loss": [-1e100, 1e100], "val_mean": [1e-320, 2e-320]}
    training_curve({"runs": 2 * [{"curve": curve}]}).savefig(io.BytesIO())


def test_an_empty_curve_is_refused():
    with pytest.raises(DataError, match="the list of points is empty"):
        training_curve([])
