from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rgrl.bench import completion
from rgrl.bench.methods import METHODS
from rgrl.datasets import DATASETS

OFFER = """
import sys
from rgrl.bench.cli import main
try:
    main()
finally:
    heavy = {"torch", "numpy", "optuna"} & set(sys.modules)
    assert not heavy, heavy
"""


def offered(words: str) -> list[str]:
    """What bash is offered for the last word, by a process as the shell starts it."""
    environment = {
        **os.environ,
        "_RGRL_BENCH_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    code = f"import sys; sys.argv = ['rgrl-bench']\n{OFFER}"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rgrl-bench run ci", ["citeseer"]),
        ("rgrl-bench run cora --methods rgrl,gr", ["rgrl,grace"]),
        ("rgrl-bench tune karate --preset rgrl-cor", ["rgrl-cora", "rgrl-corafull"]),
        ("rgrl-bench data verify og", ["ogbn-arxiv"]),
        ("rgrl-bench doc", ["doctor"]),
    ],
)
def test_bash_is_offered_names_without_torch(words, expected):
    assert offered(words) == expected


def test_names_are_the_registrys():
    assert set(completion.DATASET_NAMES) == set(DATASETS)
    assert completion.dataset_names("") == list(completion.DATASET_NAMES)
    assert completion.datasets_or_all("A") == ["all"]
    assert completion.method_names("") == list(METHODS)
    assert completion.presets("node2vec") == ["node2vec-default"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_script_is_shown(shell):
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    code = f"import sys; sys.argv = ['rgrl-bench', '--show-completion', '{shell}']\n{OFFER}"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "_RGRL_BENCH_COMPLETE" in done.stdout
