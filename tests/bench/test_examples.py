"""The examples in the help: there for every command, and each of them works as it is printed."""

from __future__ import annotations

import re
import shlex

import networkx as nx
import numpy as np
import pytest

from rgrl.bench import image_command, tune_command
from rgrl.bench.cli import app, data_app
from rgrl.bench.examples import EXAMPLES

ALL = [example for examples in EXAMPLES.values() for example in examples]
#: What takes no second and no data is run; of the others all is done but the training.
LONG = re.compile(r"run (cora|digits)|image|tune cora")
REAL = re.compile(r"data (fetch|verify)")


def names() -> list[str]:
    groups = (("", app), ("data ", data_app))
    return [
        before + (command.name or command.callback.__name__)
        for before, group in groups
        for command in group.registered_commands
    ]


def test_every_command_has_examples_and_nothing_else_has():
    assert sorted(names()) == sorted(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_help_ends_with_the_examples(bench, name):
    code, out, _ = bench(*name.split(), "--help")
    assert code == 0
    told = out.partition("Example")[2].partition(":")[2]
    assert [line.strip() for line in told.splitlines() if line.strip()] == list(EXAMPLES[name])
    assert all(example.startswith(f"rgrl-bench {name}") for example in EXAMPLES[name])


class _Reached(Exception):
    """The training that an example begins."""


@pytest.fixture
def folder(tmp_path, monkeypatch, bench):
    """A folder in which the examples find what they name."""
    monkeypatch.chdir(tmp_path)
    np.save("mine.npy", np.random.default_rng(0).normal(size=(34, 4)))
    nx.write_edgelist(nx.connected_caveman_graph(3, 5), "my_graph.edgelist")
    assert bench("run", "karate", "--epochs", 1)[0] == 0
    return tmp_path


@pytest.mark.parametrize("example", [each for each in ALL if not (LONG.search(each) or REAL.search(each))])
def test_an_example_works(bench, folder, example):
    code, out, err = bench(*shlex.split(example)[1:])
    assert code == 0, err
    assert out


@pytest.mark.parametrize("example", [each for each in ALL if LONG.search(each)])
def test_a_long_example_gets_as_far_as_its_training(bench, folder, monkeypatch, example):
    def reached(*_: object, **__: object) -> None:
        raise _Reached

    monkeypatch.setattr("rgrl.bench.do_all.do_all", reached)
    monkeypatch.setattr(image_command.ImageRun, "record", reached, raising=False)
    monkeypatch.setattr(image_command, "image_source", reached)
    monkeypatch.setattr(tune_command, "load_dataset", reached)
    with pytest.raises(_Reached):
        bench(*shlex.split(example)[1:])


@pytest.mark.parametrize("example", [each for each in ALL if REAL.search(each)])
def test_an_example_works_with_real_data(bench, data_root, example):
    code, out, err = bench(*shlex.split(example)[1:])
    assert code == 0, err
    assert "cora" in out
