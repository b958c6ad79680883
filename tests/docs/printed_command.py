"""A printed command: whether the package has what it names, what it needs, and how it is shortened."""

from __future__ import annotations

import re
import shlex
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
import typer.main

from rgrl.bench import cli
from rgrl.bench.commands import changed_preset, chosen_datasets, dataset_key, is_own_graph
from rgrl.bench.image_command import IMAGE_TASKS, changed_image_preset, checked_image_tasks
from rgrl.bench.methods import checked_method, preset_of
from rgrl.bench.tasks import TASKS, checked_tasks
from rgrl.datasets import DATASETS, on_disk
from rgrl.errors import ConfigError
from rgrl.presets import has_preset, load_preset, parse_setting

#: What a command that trains is given in the place of its own. Of several datasets the first is taken, and
#: ``--out`` is left out, so that what is stored is not trained again.
ALWAYS = {"--seeds": "1"}
#: Beside it where the data are not embedded in the package, or somebody's own: those are long, or may be.
UNLESS_EMBEDDED = {"--epochs": "1", "--width": "4", "--trials": "1"}

#: Of several tasks on a graph larger than Cora the first of these is taken, as some take half an hour.
QUICKEST = ("similarity", "classification", "few-shot", "link", "clustering", "multiplex")

EMBEDDED = frozenset(name for name, spec in DATASETS.items() if spec.reader == "embedded")
IMAGES = ("digits", "cifar10", "cifar100", "cifar10-jpeg")


class PrintedCommand:
    """A command line, taken apart by the command's own parser.

    ``[--set KEY=VALUE]``, a choice that is left to the reader, is left out, and a word in capitals stands for
    something of his own.
    """

    def __init__(self, text: str) -> None:
        words = shlex.split(re.sub(r"\[--[^\]]*\]", "", text), comments=True)
        self.words = words[words.index("rgrl-bench") + 1 :]
        self.group: Any = typer.main.get_command(cli.app)
        self.command, self.arguments = self.group, list(self.words)
        while self.arguments and self.arguments[0] in getattr(self.command, "commands", {}):
            self.command = self.command.commands[self.arguments.pop(0)]

    @property
    def has_placeholder(self) -> bool:
        return any(re.fullmatch(r"[A-Z]+(=[A-Z]+)?", word) for word in self.words)

    def unknown_words(self) -> list[str]:
        """Options and names of commands that there are none of."""
        known = {option for each in self.command.params for option in (*each.opts, *each.secondary_opts)}
        known |= {"--help", "-h", "--version"}
        unknown = [word for word in self.arguments if word.startswith("-") and word not in known]
        if hasattr(self.command, "commands"):
            unknown += [word for word in self.arguments if not word.startswith("-")]
        return unknown

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Options and arguments by name; raises what the command's parser raises."""
        if hasattr(self.command, "commands"):  # such as rgrl-bench --help
            return {}
        return self.command.make_context(self.command.name, list(self.arguments)).params

    @property
    def datasets(self) -> list[str]:
        """Datasets by name or path, as they are printed."""
        given = self.parameters
        single = (given.get(key) for key in ("dataset", "graph"))
        return [*(given.get("datasets") or ()), *filter(None, single)]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and nothing stands for something else."""
        try:
            return (
                bool(self.words)
                and not self.has_placeholder
                and bool(self.parameters or self.words[0][0] == "-")
            )
        except Exception as error:
            if hasattr(error, "format_message"):  # the parser's
                return False
            raise

    def check(self) -> None:
        """Raise ConfigError where a dataset, method, task, preset or setting is none of the package's."""
        given = self.parameters
        datasets = chosen_datasets(self.datasets)
        methods = [checked_method(name) for key in ("methods", "method") for name in _names(given.get(key))]
        is_image = self.command.name == "image"
        (checked_image_tasks if is_image else checked_tasks)(_names(given.get("tasks")) or TASKS[:1])
        if given.get("task") not in (None, *TASKS, *IMAGE_TASKS):
            raise ConfigError(f"task {given['task']} is unknown")
        preset = given.get("preset")
        preset = None if preset is None or preset.endswith(".toml") else preset
        changes = dict(parse_setting(text) for text in given.get("settings") or ())
        epochs = given.get("epochs")
        if is_image:
            own = f"ressl-{given['source']}" if has_preset("ressl", given["source"]) else "ressl-default"
            changed_image_preset(load_preset(preset or own), changes, epochs=epochs)
        for dataset in datasets:
            for method in methods:
                published = preset_of(method, dataset_key(dataset))
                changed_preset(preset, method, published, changes, epochs=epochs)

    def missing(self, root: Path | None) -> str:
        """Why it cannot be run here, as it is shortened; empty if it can."""
        given = self.parameters
        for name in chosen_datasets(self.datasets[:1]):
            if not is_own_graph(name) and name not in EMBEDDED and not (root and on_disk(name, root=root)):
                return f"{name} is not on disk"
        source = given.get("source")
        if source in IMAGES[1:] and not (
            root and list((root / source.partition("-")[0] / "raw").glob(f"{source[:7]}*"))
        ):
            return f"{source} is not on disk"
        if str(given.get("device", "")).startswith("cuda") and not torch.cuda.is_available():
            return "there is no CUDA device"
        if "--install-completion" in self.words:
            return "it would change the shell's settings"
        if any("://" in word for word in self.words):
            return "it names a server"
        return ""

    def shortened(self) -> list[str]:
        """The words to run, without the program's name."""
        given = self.parameters
        names = [*self.datasets, *([given["source"]] if "source" in given else ())]
        more = dict(ALWAYS)
        if not all(name in (*EMBEDDED, IMAGES[0]) for name in names):
            more |= UNLESS_EMBEDDED
        tasks = _names(given.get("tasks"))
        if len(tasks) > 1 and self.command.name == "run" and not {*names[:1]} & {*EMBEDDED, "cora"}:
            more["--tasks"] = min(tasks, key=QUICKEST.index)
        if _names(given.get("methods")) == ["raw"]:  # which has no epochs, and says so
            more.pop("--epochs", None)
        has = {option for each in self.command.params for option in each.opts}
        words, left_out = [], (given.get("datasets") or [])[1:]
        for before, word in zip(["", *self.words], self.words, strict=False):
            if not {before, word} & {*more, "--out"} and word not in left_out:
                words.append(word)
        return [*words, *(word for option in more if option in has for word in (option, more[option]))]


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]
