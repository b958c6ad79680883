"""Links to the project's files outside ``docs/``, which a code host resolves, lead to pages of the site."""

from __future__ import annotations

import re
from typing import Any

_PAGES = {"README": "readme", "CONTRIBUTING": "contributing", "CHANGELOG": "changelog"}
_LINK = re.compile(rf"\]\((?:\.\./)+({'|'.join(_PAGES)})\.md(#[\w-]*)?\)")
_OF_AN_INCLUDED_PAGE = re.compile(rf"\]\(({'|'.join(_PAGES)})\.md(#[\w-]*)?\)")


def _on_site(match: re.Match[str]) -> str:
    return f"](/{_PAGES[match[1]]}.md{match[2] or ''})"


def _redirect(app: Any, page: str, source: list[str]) -> None:
    source[0] = _LINK.sub(_on_site, source[0])


def _redirect_included(app: Any, path: Any, parent: str, source: list[str]) -> None:
    source[0] = _OF_AN_INCLUDED_PAGE.sub(_on_site, source[0])


def setup(app: Any) -> dict[str, Any]:
    """Rewrite the text of each page before it is parsed."""
    app.connect("source-read", _redirect)
    app.connect("include-read", _redirect_included)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
