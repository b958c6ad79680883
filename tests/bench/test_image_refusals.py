"""Bad input of ``rgrl-bench image``: one line, exit code 2, nothing done."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from tiny_images import TINY, write_images

pytest.importorskip("kornia")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("digts",), "images digts: no such file or folder, and no name that is known: accepted are digits"),
        (("none.npz",), "images none.npz: no such file"),
        (("cifar10",), "images cifar10: the published files are not in"),
        (("cifar10-jpeg",), "images cifar10-jpeg: cifar10*.npz are not in"),
        (("digits", "--epochs", -1), "--epochs is -1"),
        (("digits", "--seeds", 0), "--seeds is 0"),
        (("digits", "--width", 0), "width is 0: a whole number from 1"),
        (("digits", "--tasks", "knn"), "task 'knn' of images is unknown"),
        (("digits", "--tasks", ","), "--tasks is empty"),
        (("digits", "--device", "tpu"), "--device is 'tpu'"),
        (("digits", "--preset", "rgrl-cora"), "the preset rgrl-cora is rgrl's: images need one of ressl"),
        (("digits", "--preset", "ressl-tiny"), "the preset 'ressl-tiny' is unknown"),
        (
            ("digits", "--set", "teacher_view=strong"),
            'teacher_view is \'strong\': one of "weak", "contrastive"',
        ),
        (("digits", "--set", "crop_scale=[0.5, 0.2]"), "crop_scale is [0.5, 0.2]: a pair of shares above 0"),
        (("digits", "--set", "blurr=1"), "did you mean 'blur'"),
        (("digits", "--set", "batch_size=600"), "batch_size is 600: 1 to 512 is needed, with 1294 images"),
        (("digits", "--set", "norm_splits=5"), "norm_splits is 5: a divisor of batch_size, 32, is needed"),
        (("digits", "--set", "warmup_epochs=99"), "warmup_epochs is 99: 0 to 59 is needed"),
        (("digits", "--corrupt", "mend"), "--corrupt is 'mend': accepted are refuse, skip"),
        (("digits", "--root", "/no/such/folder"), "/no/such/folder"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(bench, refused, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RGRL_DATA", "")
    monkeypatch.setenv("RGRL_CACHE", str(tmp_path / "cache"))
    outcome = bench("image", *arguments)
    assert message in refused(outcome)
    assert len(outcome[2].splitlines()) == 1


def test_images_that_do_not_fit_together_are_refused(bench, refused, tmp_path):
    path = write_images(tmp_path / "pets.npz")
    arrays = dict(np.load(path))
    np.savez(path, **{**arrays, "x_test": arrays["x_test"][:, :4]})
    assert "train images are 8 x 8, test images 4 x 8: one size is needed" in refused(bench("image", path))
    write_images(path, train=12)
    line = refused(bench("image", path, *TINY))
    assert "pets has 11 train images to train on, 1 held out: at least 20 are needed" in line
    path.write_bytes(b"PK\3\4 no archive")
    assert "pets.npz" in refused(bench("image", path))


def test_several_files_of_one_name_are_refused(bench, refused, tmp_path):
    for name in ("cifar10_a.npz", "cifar10_b.npz"):
        write_images(tmp_path / "cifar10" / "raw" / name)
    line = refused(bench("image", "cifar10-jpeg", "--root", tmp_path))
    assert "cifar10_a.npz, cifar10_b.npz: give the path of one" in line


def test_nobody_passes_for_a_known_set(bench, tmp_path):
    path = write_images(tmp_path / "digits.npz")
    out = bench("image", path, *TINY, "--out", tmp_path, "--json")[1]
    assert '"dataset": "own-digits"' in out
    assert '"preset": "ressl-default"' in out


def test_a_training_that_diverges_says_so(bench, refused, tmp_path):
    path = write_images(tmp_path / "pets.npz")
    outcome = bench("image", path, *TINY, "--set", "learning_rate=1e30", "--out", tmp_path)
    assert outcome[0] == 2
    assert "ressl on pets: the training of seed 0 diverged at update" in outcome[2].splitlines()[-1]


def test_kornia_is_asked_for(bench, refused, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "kornia.augmentation", None)
    monkeypatch.setitem(sys.modules, "kornia", None)
    assert "pip install 'rgrl[image]'" in refused(bench("image", "digits", "--out", tmp_path))
