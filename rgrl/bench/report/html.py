"""Markup that cannot be broken by what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is markup; every other text is escaped before it stands among it."""

    __slots__ = ()


def element(name: str, *children: str | Iterable[str], **attributes: str | float | bool | None) -> Html:
    """An HTML or SVG element.

    Args:
        name: Of the element.
        children: :class:`Html` as it is, other text escaped; or several in a row.
        attributes: ``class_`` is ``class``, ``data_value`` is ``data-value``; ``None`` and ``False`` are left
            out, ``True`` has no value.

    Example:
        >>> element("td", "1 < 2", class_="score", data_value=0.5)
        '<td class="score" data-value="0.5">1 &lt; 2</td>'
    """
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: str | Iterable[str]) -> Html:
    """Markup in a row; plain text among it is escaped."""
    return Html("".join(_safe(child) if isinstance(child, str) else joined(*child) for child in children))


def _attribute(key: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return f' {name}="{_escaped(value if isinstance(value, str) else f"{value:g}")}"'


def _safe(text: str) -> str:
    return text if isinstance(text, Html) else _escaped(text)


def _escaped(text: str) -> str:
    """Escaped, without what no HTML or UTF-8 can hold: NUL and halves of surrogate pairs."""
    whole = text.encode("utf-8", "backslashreplace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    return escape(whole)
