"""``rgrl-bench image --log``: the values of the curve, and no others."""

from __future__ import annotations

import pytest
from test_seed_logs import as_curve, curve, rows
from tiny_images import TINY, write_images

from rgrl.bench import image_scores
from rgrl.bench.plain_progress import PlainProgress

pytest.importorskip("kornia")


@pytest.fixture(autouse=True)
def few_rates(monkeypatch):
    monkeypatch.setattr(image_scores, "RATES", (30.0,))


def test_the_log_of_a_seed_holds_its_curve_after_an_interruption_too(bench, tmp_path, monkeypatch):
    real, stops = PlainProgress.update, [5]

    def update(progress, moment):
        if moment.update in stops:
            stops.clear()
            raise KeyboardInterrupt
        real(progress, moment)

    monkeypatch.setattr(PlainProgress, "update", update)
    run = ("image", write_images(tmp_path / "pets.npz"), *TINY, "--out", tmp_path, "--log", "csv", "--json")
    assert bench(*run)[0] == 130
    (log,) = (tmp_path / "logs").iterdir()
    assert log.name.startswith("pets-") and log.name.endswith("-image-seed0.csv")
    assert [row["update"] for row in rows(log)] == ["0", "3"], "where the network was evaluated"
    code, _, err = bench(*run)
    assert code == 0, err
    found, expected = as_curve(rows(log)), curve(tmp_path, 0)
    assert found.pop("test_mean") == [None, None, None]
    assert found == {name: expected[name] for name in ("update", "loss", "val_mean")}
    log.unlink()
    code, _, err = bench(*run)
    assert code == 0 and f"ressl on pets: seed 0: {log} written from its record" in err
    assert as_curve(rows(log))["loss"] == expected["loss"]


def test_a_kind_of_log_that_there_is_not_is_refused(bench, refused, tmp_path):
    outcome = bench("image", "digits", "--out", tmp_path / "out", "--log", "x")
    assert "--log is 'x': accepted are csv, tensorboard, wandb" in refused(outcome)
    assert not (tmp_path / "out").exists()
