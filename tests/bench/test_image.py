"""``rgrl-bench image`` from the command line to what it stores."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from tiny_images import TINY, write_images

from rgrl.bench import image_run, image_scores
from rgrl.bench.image_data import ImageData
from rgrl.bench.plain_progress import PlainProgress
from rgrl.evaluate import clustering, knn, load_embeddings
from rgrl.presets import load_preset

pytest.importorskip("kornia")


@pytest.fixture(autouse=True)
def few_rates(monkeypatch):
    """Five would take most of the time."""
    monkeypatch.setattr(image_scores, "RATES", (30.0, 0.3))


@pytest.fixture
def trainings(monkeypatch) -> list[int]:
    """The seeds of every training that happens."""
    done: list[int] = []
    real = image_run.run_image_seed

    def run_image_seed(*arguments, seed, **keywords):
        done.append(seed)
        return real(*arguments, seed=seed, **keywords)

    monkeypatch.setattr(image_run, "run_image_seed", run_image_seed)
    return done


def test_a_result_has_every_score_its_curve_and_where_it_is_from(bench, tmp_path):
    path = write_images(tmp_path / "pets.npz")
    code, out, err = bench("image", path, *TINY, "--seeds", 2, "--out", tmp_path, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()] == [result]
    assert (result["dataset"], result["method"], result["task"]) == ("pets", "ressl", "image-classification")
    assert (result["seeds"], result["preset"], result["knn_k"]) == (2, "ressl-default", 20)
    assert result["images"] == {"train": 54, "validation": 6, "test": 30}
    assert result["updates"] == [6, 6], "three batches of 16 of 54 images, twice"
    assert result["config"]["image_size"] == 8, "the size of the images"
    assert result["config"]["warmup_epochs"] == 1
    data = ImageData.load(path)
    assert result["fingerprint"]["digest"] == data.fingerprint.digest
    for name, metric in (("knn", "knn@20"), ("linear", "linear")):
        for row, part in (("", "scores"), ("untrained_", "untrained")):
            scores = [run[part][metric] for run in result["runs"]]
            assert result[f"{row}{name}_mean"] == pytest.approx(np.mean(scores))
            assert result[f"{row}{name}_std_seeds"] == pytest.approx(np.std(scores, ddof=1))
            stored = result["metrics"][f"{row.replace('_', '/')}{metric}"]
            assert 100 * stored["mean"] == pytest.approx(np.mean(scores))
        assert result[f"raw_{name}_mean"] == result["raw"][metric]
    assert result["raw_knn_mean"] > 30, "the colour tells the class"
    assert "knn@200" not in result["metrics"], "there are 60 train images"
    for run in result["runs"]:
        curve = run["curve"]
        assert (curve["epoch"], curve["update"]) == ([0, 1, 2], [0, 3, 6])
        assert curve["loss"][0] is None
        assert all(loss >= 0 for loss in curve["loss"][1:])
        assert len(curve["val_mean"]) == 3


def test_the_kept_embeddings_are_train_then_test_and_give_the_scores_again(bench, tmp_path):
    path = write_images(tmp_path / "pets.npz")
    out = bench("image", path, *TINY, "--out", tmp_path, "--tasks", "classification,clustering", "--json")[1]
    result, clusters = map(json.loads, out.splitlines())
    (file,) = (tmp_path / "embeddings").iterdir()
    saved = load_embeddings(file)
    assert saved.values.shape == (90, 16)
    assert saved.fingerprint == result["fingerprint"]["digest"]
    assert saved.metadata["rows"] == "60 train images, then 30 test images"
    data = ImageData.load(path)
    train, test = saved.values[:60], saved.values[60:]
    found = knn(train, data.train.labels, test, data.test.labels, ks=(20,)).mean("accuracy@20")
    assert result["knn_mean"] == pytest.approx(100 * found)
    report = clustering(test, data.test.labels)
    assert clusters["metrics"]["nmi"]["mean"] == pytest.approx(report.mean("nmi"))
    raw = clustering(data.raw_pixels()[1], data.test.labels)
    assert clusters["metrics"]["raw/nmi"]["mean"] == pytest.approx(raw.mean("nmi"))
    assert clusters["metrics"].keys() >= {"accuracy", "untrained/nmi"}


def test_what_is_held_out_takes_no_part_in_training_and_test_labels_in_nothing(bench, tmp_path):
    def run(name, change):
        path = write_images(tmp_path / name / "pets.npz")
        arrays = dict(np.load(path))
        change(arrays)
        np.savez(path, **arrays)
        bench("image", path, *TINY, "--out", tmp_path / name)
        (file,) = (tmp_path / name / "embeddings").iterdir()
        result = json.loads((tmp_path / name / "results.jsonl").read_text())
        return load_embeddings(file).values, result

    held = ImageData.load(write_images(tmp_path / "pets.npz")).parts(0.1)[1]
    plain, result = run("a", lambda arrays: None)

    def darkened(arrays):
        arrays["x_train"][held] = 0

    def relabelled(arrays):
        arrays["y_test"] = arrays["y_test"][::-1].copy()

    other, _ = run("b", darkened)
    fit = np.setdiff1d(np.arange(60), held)
    assert torch.equal(other[fit], plain[fit])
    assert not torch.equal(other[held], plain[held])
    same, scrambled = run("c", relabelled)
    assert torch.equal(same, plain)
    assert scrambled["runs"][0]["curve"] == result["runs"][0]["curve"]
    assert scrambled["raw"]["linear_rate"] == result["raw"]["linear_rate"]


def test_what_is_done_is_not_done_again_and_what_is_missing_is_added(bench, tmp_path, trainings):
    path = write_images(tmp_path / "pets.npz")
    first = bench("image", path, *TINY, "--out", tmp_path, "--json")
    again = bench("image", path, *TINY, "--out", tmp_path, "--json")
    assert trainings == [0]
    assert json.loads(first[1]) == json.loads(again[1])
    assert "not done again" in again[2]
    bench("image", path, *TINY, "--out", tmp_path, "--seeds", 2)
    bench("image", path, *TINY, "--out", tmp_path, "--tasks", "clustering")
    assert trainings == [0, 1]
    bench("image", path, *TINY, "--out", tmp_path, "--set", "teacher_view=contrastive")
    bench("image", path, *TINY, "--out", tmp_path, "--set", "teacher_temperature=0.07")
    assert trainings == [0, 1, 0, 0]
    bench("image", path, *TINY, "--out", tmp_path, "--again")
    assert trainings == [0, 1, 0, 0, 0]
    write_images(path, seed=1)
    bench("image", path, *TINY, "--out", tmp_path)
    assert trainings == [0, 1, 0, 0, 0, 0], "other images of the same name are others"
    table = bench("compare", tmp_path, "--task", "image-classification", "--format", "csv")[1]
    assert "teacher_view=contrastive" in table
    assert "teacher_temperature=0.07" in table


def test_an_interruption_keeps_the_finished_seeds(bench, tmp_path, monkeypatch, trainings):
    real = PlainProgress.update

    def update(progress, moment):
        if moment.seed == 1:
            raise KeyboardInterrupt
        real(progress, moment)

    path = write_images(tmp_path / "pets.npz")
    with monkeypatch.context() as patch:
        patch.setattr(PlainProgress, "update", update)
        code, _, err = bench("image", path, *TINY, "--seeds", 2, "--out", tmp_path)
    assert code == 130
    assert "1 of 2 seeds stored" in err
    (line,) = (tmp_path / "results.jsonl").read_text().splitlines()
    assert (json.loads(line)["seeds"], json.loads(line)["seeds_asked"]) == (1, 2)
    assert bench("image", path, *TINY, "--seeds", 2, "--out", tmp_path)[0] == 0
    assert trainings == [0, 1, 1]


def test_the_table_has_the_rows_that_a_number_must_stand_beside(bench, tmp_path):
    path = write_images(tmp_path / "pets.npz")
    out = bench("image", path, *TINY, "--out", tmp_path)[1]
    for text in ("last epoch", "untrained network", "raw pixels", "kNN, k 20", "6 held out, by epoch"):
        assert text in " ".join(out.split())
    untrained = bench("image", path, *TINY, "--epochs", 0, "--out", tmp_path, "--json")[1]
    result = json.loads(untrained)
    assert result["knn_mean"] == result["untrained_knn_mean"]
    assert result["runs"][0]["curve"]["epoch"] == [0]


def test_without_a_held_out_part_there_is_no_curve_of_accuracy(bench, tmp_path):
    path = write_images(tmp_path / "pets.npz")
    options = (*TINY, "--set", "validation_share=0", "--out", tmp_path)
    result = json.loads(bench("image", path, *options, "--json")[1])
    assert result["images"] == {"train": 60, "validation": 0, "test": 30}
    assert "val_mean" not in result["runs"][0]["curve"]
    assert result["runs"][0]["scores"]["linear_rate"] == 30.0
    assert "60 images trained on" in " ".join(bench("image", path, *options)[1].split())


def test_jpeg_copies_are_named_so_and_found_under_the_root(bench, tmp_path):
    write_images(tmp_path / "cifar10" / "raw" / "cifar10_subset.npz", size=4)
    out = bench("image", "cifar10-jpeg", *TINY, "--root", tmp_path, "--out", tmp_path, "--json")[1]
    assert json.loads(out)["dataset"] == "cifar10-jpeg"


def test_digits_have_settings_of_their_own(bench, tmp_path):
    result = json.loads(bench("image", "digits", "--epochs", 0, "--out", tmp_path, "--json")[1])
    assert (result["dataset"], result["preset"]) == ("digits", "ressl-digits")
    own = load_preset("ressl-digits").to_dict() | {"epochs": 0, "warmup_epochs": 0}
    assert result["config"] == json.loads(json.dumps(own))
    assert result["images"] == {"train": 1294, "validation": 144, "test": 359}
    assert result["raw_knn_mean"] > 97
