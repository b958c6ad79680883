"""What the documentation prints: blocks of Python and lines of the command, with the place of each."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent

_FENCE = re.compile(r"^(?P<indent> *)(?P<marks>```+|:::+)(?P<language>.*)$")
_COMMENT = re.compile(r"^\s*<!--\s*(needs|not run):\s*(.+?)\s*-->\s*$")
_SHELL = re.compile(r"^(?:\$ )?((?:\w+=\S+ )*rgrl-bench\b.*)$")
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


@dataclass(frozen=True)
class Block:
    """A fenced block of Python.

    Attributes:
        page: The file.
        line: Its number of the fence.
        code: What stands in it.
        needs: Datasets of ``<!-- needs: cora -->`` above it.
        not_run: The reason of ``<!-- not run: reason -->`` above it.
    """

    page: Path
    line: int
    code: str
    needs: tuple[str, ...] = ()
    not_run: str = ""


@dataclass(frozen=True)
class Line:
    """A command, ``rgrl-bench`` and what follows.

    Attributes:
        page: The file.
        line: Its number in it.
        text: The command.
        inline: Whether it stands in a sentence or a table, where a command is often named by its beginning.
    """

    page: Path
    line: int
    text: str
    inline: bool

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(PROJECT)}:{self.line}"


def pages() -> list[Path]:
    """The read-me and all of ``docs/``; what is built is none of it."""
    docs = PROJECT / "docs"
    found = (path for path in docs.rglob("*.md") if "_build" not in path.parts)
    return [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted(found)]


def python_blocks(page: Path) -> list[Block]:
    """The fenced ```python blocks of a page, from top to bottom."""
    blocks, said = [], {}
    for number, language, lines in _parts(page):
        if language is None:
            for line in lines:
                if match := _COMMENT.match(line):
                    said[match[1]] = match[2]
                elif line.strip():
                    said = {}
        elif language == "python":
            needs = tuple(re.split(r",\s*", said["needs"])) if "needs" in said else ()
            blocks.append(
                Block(page, number, textwrap.dedent("\n".join(lines)), needs, said.get("not run", ""))
            )
            said = {}
    return blocks


def command_lines(page: Path) -> list[Line]:
    """The commands of a page: lines of its code, and code within its sentences and tables."""
    found = []
    for number, language, lines in _parts(page):
        if language == "python":
            continue
        is_code = [language is not None or line.startswith("    ") for line in lines]
        joined = ""
        for offset, (line, code) in enumerate(zip(lines, is_code, strict=True)):
            joined += line.strip() if code else ""
            if joined.endswith("\\"):
                joined = joined[:-1]
                continue
            if match := _SHELL.match(joined):
                found.append(Line(page, number + offset, match[1], inline=False))
            joined = ""
        prose = "\n".join("" if code else line for line, code in zip(lines, is_code, strict=True))
        for match in _INLINE.finditer(prose):
            text = " ".join(match[1].split())
            if text.startswith("rgrl-bench "):
                place = number + prose[: match.start()].count("\n")
                found.append(Line(page, place, text, inline=True))
    return found


def _parts(page: Path) -> Iterator[tuple[int, str | None, list[str]]]:
    """A page as runs of text (language ``None``) and fenced blocks: first line's number, language, lines."""
    first, language, marks, lines = 1, None, "", []
    for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
        match = _FENCE.match(line)
        if match and language is None:
            yield first, None, lines
            first, language, marks, lines = number, match["language"].strip(), match["marks"], []
        elif match and match["marks"].startswith(marks) and not match["language"].strip():
            yield first, language, lines
            first, language, lines = number + 1, None, []
        else:
            lines.append(line)
    yield first, language, lines
