"""What the package declares that it needs, and what of it is installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version

_LINE = re.compile(
    r"""^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*(?:>=\s*(?P<lowest>[0-9.]+))?[^;]*
        (?:;\s*extra\s*==\s*['"](?P<extra>[^'"]+)['"])?""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Requirement:
    """A package that is needed by the base or by an extra.

    Attributes:
        name: The package.
        lowest: Lowest version that will do, ``None`` for any.
        extra: The extra that needs it, ``None`` for the base.
        found: Version that is installed, ``None`` without one.
    """

    name: str
    lowest: str | None
    extra: str | None
    found: str | None

    @property
    def missing(self) -> str | None:
        """What is wrong with it; ``None`` where it is there and new enough.

        Example:
            >>> Requirement("torch", "2.6", None, "2.5.1").missing
            'torch is 2.5.1: at least 2.6 is needed'
        """
        if self.found is None:
            return f"{self.name} is not installed"
        if self.lowest is not None and version_numbers(self.found) < version_numbers(self.lowest):
            return f"{self.name} is {self.found}: at least {self.lowest} is needed"
        return None


def requirements() -> list[Requirement]:
    """Every requirement that the installed package declares; none where it is not installed."""
    try:
        lines = requires("rgrl") or []
    except PackageNotFoundError:
        return []
    found = []
    for line in lines:
        mark = _LINE.match(line)
        if mark is not None and mark["name"] != "rgrl":  # an extra may be made of others
            found.append(Requirement(mark["name"], mark["lowest"], mark["extra"], _version(mark["name"])))
    return found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def version_numbers(text: str) -> tuple[int, ...]:
    """The leading numbers of a version without zeros at the end.

    Example:
        >>> version_numbers("2.6.0+cpu")
        (2, 6)
    """
    mark = re.match(r"\d+(\.\d+)*", text)
    numbers = [int(part) for part in mark[0].split(".")] if mark else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
