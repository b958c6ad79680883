"""Every public name says what it is, and the shapes of the tensors that it takes or gives."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

import rgrl

#: ``[N, d]``, ``[2, E]``, ``[min(m, N)]``; an interval such as ``[0, 1]`` has no letter.
SHAPE = re.compile(r"\[(?=[^\[\]]*[A-Za-z])[^\[\]]+\]|\[\.\.\.\]|\b[Ss]calars?\b")
TENSOR = re.compile(r"\b(Tensor|SparseFeatures)\b")
#: What the package's command uses is for no caller.
INTERNAL = ("rgrl.bench", "rgrl.kernels")


def public_modules() -> Iterator[ModuleType]:
    yield rgrl
    for found in pkgutil.walk_packages(rgrl.__path__, "rgrl."):
        if not found.name.startswith(INTERNAL):
            module = importlib.import_module(found.name)
            if hasattr(module, "__all__"):
                yield module


def public_things() -> dict[str, Any]:
    """Public functions and classes by name; each once, though several rooms may offer it."""
    things: dict[int, tuple[str, Any]] = {}
    for module in public_modules():
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                things[id(thing)] = (f"{module.__name__}.{name}", thing)
    return dict(things.values())


def public_members(kind: type) -> Iterator[tuple[str, Any]]:
    """Methods and properties that the package itself wrote, of the class and of its bases."""
    for name in dir(kind):
        if name.startswith("_") and name != "__call__":
            continue
        member = inspect.getattr_static(kind, name)
        function = getattr(member, "__func__", None) or getattr(member, "fget", None)
        function = function or getattr(member, "func", None) or member  # of a cached property
        if inspect.isfunction(function) and function.__module__.startswith("rgrl."):
            yield name, function


def described(thing: Any) -> str:
    """The docstring without its example, in which a list looks like a shape."""
    return (thing.__doc__ or "").partition("Example:")[0]


def mentions_tensors(function: Any) -> bool:
    return any(TENSOR.search(str(kind)) for kind in inspect.get_annotations(function).values())


def shortcomings(name: str, thing: Any) -> list[str]:
    found = []
    text = described(thing)
    is_class = inspect.isclass(thing)
    if not text.strip() or (dataclasses.is_dataclass(thing) and text.startswith(f"{thing.__name__}(")):
        found.append(f"{name} has no docstring")
    takes_tensors = mentions_tensors(thing) or (is_class and mentions_tensors(thing.__init__))
    if takes_tensors and not SHAPE.search(text):
        found.append(f"{name} has tensors and no shape")
    for member, function in public_members(thing) if is_class else ():
        own = described(function)
        if not own.strip():
            found.append(f"{name}.{member} has no docstring")
        elif mentions_tensors(function) and not SHAPE.search(own):
            found.append(f"{name}.{member} has tensors and no shape")
    return found


def test_every_public_name_is_described():
    things = public_things()
    assert len(things) > 100
    assert [each for name, thing in things.items() for each in shortcomings(name, thing)] == []


def test_every_room_has_a_docstring():
    assert [module.__name__ for module in public_modules() if not (module.__doc__ or "").strip()] == []


def _without(rows: Tensor) -> Tensor:
    return rows


def _interval(rows: Tensor) -> Tensor:
    """Rows with values in [0, 1]."""
    return rows


def _with(rows: Tensor) -> Tensor:
    """The same rows, ``[N, d]``."""
    return rows


class _Holder:
    """Holds something."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the rows."""
        return rows


_Holder.forward.__module__ = "rgrl.made_up"


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (_without, ["x has no docstring", "x has tensors and no shape"]),
        (_interval, ["x has tensors and no shape"]),
        (_with, []),
        (_Holder, ["x.forward has tensors and no shape"]),
        (dataclasses.make_dataclass("Bare", ["field"]), ["x has no docstring"]),
    ],
)
def test_what_is_missing_is_found(thing, expected):
    assert shortcomings("x", thing) == expected
