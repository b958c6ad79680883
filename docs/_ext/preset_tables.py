"""Tables of settings, read from the classes and the TOML files of ``rgrl.presets`` when the site is built.

``{settings} rgrl`` lists a method's own settings; its body gives symbols, a line ``name: $symbol$`` each.
``{presets} rgrl`` lists the method's files; each line of its body is a setting that gets a column.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

import rgrl.presets
from rgrl.presets import METHOD_PRESETS, TrainingPreset, load_preset, preset_names

_FOLDER = Path(rgrl.presets.__file__).parent
_NAME = re.compile(r"^\S+ on [\w\s]+[:;] ")
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.*)$")


class Settings(SphinxDirective):
    """A table of symbol, name, defaults and meaning."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the table from the dataclass, so that it cannot differ from the code."""
        (method,) = self.arguments
        symbols = dict(line.split(": ", 1) for line in self.content if line.strip())
        if method == "shared":
            kind: type = TrainingPreset
            defaults: dict[str, Any] = {}
        else:
            kind = METHOD_PRESETS[method]
            defaults = load_preset(f"{method}-default").to_dict()
            self.env.note_dependency(str(_FOLDER / f"{method}-default.toml"))
        fields = {field.name: field for field in dataclasses.fields(kind)}
        own = [name for name in fields if name in vars(kind).get("__annotations__", {})]
        if unknown := set(symbols) - set(own):
            raise ExtensionError(f"{self.env.docname}: the settings of {method} have no {sorted(unknown)}")
        meanings = _meanings(kind)
        head = ["symbol", "setting", "default", f"`{method}-default`", "meaning"]
        if not defaults:
            del head[3]
        rows = []
        for name in own:
            row = [symbols.get(name, ""), f"`{name}`", _shown(fields[name].default)]
            rows.append([*row, *([_shown(defaults.get(name))] if defaults else []), meanings[name]])
        return _table(self, "settings", head, rows)


class Presets(SphinxDirective):
    """A table of the package's files for a method."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the table from the files."""
        (method,) = self.arguments
        columns = [line.strip() for line in self.content if line.strip()]
        rows = []
        for name in preset_names():
            path = _FOLDER / f"{name}.toml"
            if not name.startswith(f"{method}-"):
                continue
            self.env.note_dependency(str(path))
            preset = load_preset(name)
            rows.append([f"`{name}`", *(_shown(getattr(preset, column)) for column in columns), _says(path)])
        head = ["preset", *(f"`{column}`" for column in columns), "what it says of itself"]
        return _table(self, "presets", head, rows)


def _meanings(kind: type) -> dict[str, str]:
    """What the ``Attributes`` of a class and of its bases say of each setting."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if each is object or not each.__doc__:
            continue
        name = None
        _, _, attributes = inspect.cleandoc(each.__doc__).partition("Attributes:\n")
        for line in attributes.splitlines():
            if match := _ATTRIBUTE.match(line):
                name = match[1]
                found[name] = match[2]
            elif name and line.startswith(" " * 8):
                found[name] += " " + line.strip()
    roles = re.compile(r":(?:func|class|meth|attr):`~?([^`]+)`")
    return {name: roles.sub(r"`\1`", text.replace("``", "`")) for name, text in found.items()}


def _says(path: Path) -> str:
    """The comment at a file's beginning, after the name of what it is for."""
    lines = []
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return _NAME.sub("", " ".join(lines))


def _shown(value: Any) -> str:
    if value is dataclasses.MISSING:
        return "given by the preset"
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return "`" + "-".join(map(str, value)) + "`" if isinstance(value[0], int) else f"`{list(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _table(directive: SphinxDirective, kind: str, head: list[str], rows: list[list[str]]) -> list[nodes.Node]:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    holder = nodes.Element()
    directive.state.nested_parse(StringList(lines, source=directive.env.docname), 0, holder)
    for table in holder.findall(nodes.table):
        table["classes"].append(kind)
    return holder.children


def setup(app: Any) -> dict[str, Any]:
    """Register both directives."""
    app.add_directive("settings", Settings)
    app.add_directive("presets", Presets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
