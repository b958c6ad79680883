"""The site is built without a warning, and the pages' links work without it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys

import pytest
from printed import PROJECT, pages

import rgrl
from rgrl.presets import METHOD_PRESETS

DOCS = PROJECT / "docs"
LINK = re.compile(r"\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|^(?: {4}.*\n)+|`[^`]*`", re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """Names of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page) -> list[str]:
    dead = []
    for target in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"\w+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        text = file.read_text("utf-8") if file.suffix == ".md" and file.is_file() else ""
        included = re.findall(r"\{include\} (\S+)", text)
        text += "".join((file.parent / each).read_text("utf-8") for each in included)
        if not file.exists() or (anchor and anchor not in anchors(text)):
            dead.append(f"{page.relative_to(PROJECT)}: {target}")
    return dead


def test_links_between_pages_work_on_a_code_host():
    assert [dead for page in pages() for dead in dead_links(page)] == []


def test_a_dead_link_is_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "PROJECT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("# A title\n\n[a](#a-title) [b](#no) [c](other.md) [d](https://x) `[e](f)`\n")
    assert dead_links(page) == ["page.md: #no", "page.md: other.md"]


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, or an attribute of something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_names_in_code_type_are_there():
    named = {
        (page.name, name)
        for page in pages()
        for name in re.findall(r"`(rgrl(?:\.\w+)+)(?:\(\))?`", page.read_text("utf-8"))
    }
    assert len(named) > 30
    assert [(page, name) for page, name in sorted(named) if not is_there(name)] == []
    assert not is_there("rgrl.relation.nothing")
    assert not is_there("rgrl.nothing.at_all")


def test_every_room_has_a_page():
    rooms = {"rgrl", "rgrl.errors"}
    for module in pkgutil.walk_packages(rgrl.__path__, "rgrl."):
        if module.ispkg and hasattr(importlib.import_module(module.name), "__all__"):
            rooms.add(module.name)
    listed = re.findall(r"^[a-z.]+$", (DOCS / "api" / "index.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(name if name == "rgrl" else f"rgrl.{name}" for name in listed) == sorted(rooms)
    assert all((DOCS / "api" / f"{name}.md").is_file() for name in listed)


def test_every_method_with_settings_has_a_page_that_shows_them():
    text = "".join(path.read_text("utf-8") for path in (DOCS / "methods").glob("*.md"))
    assert set(re.findall(r"^```\{settings\} (\S+)$", text, re.MULTILINE)) == {*METHOD_PRESETS, "shared"}


def test_method_pages_have_one_form():
    form = ["Idea", "Formula", "Parameters", "Good to know", "Reference"]
    for path in (DOCS / "methods").glob("*.md"):
        if path.stem not in ("index", "settings"):
            assert re.findall(r"^## (.+)$", path.read_text("utf-8"), re.MULTILINE) == form, path


@pytest.mark.slow
def test_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("furo")
    pytest.importorskip("myst_parser")
    build = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E", "-b", "html"]
    done = subprocess.run(
        [*build, "-d", tmp_path / "doctrees", DOCS, tmp_path / "html"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    built = (tmp_path / "html" / "methods" / "rgrl.html").read_text("utf-8")
    assert "<math" in built
    assert "local_teacher_temperature" in built
    assert "relation_kl" in (tmp_path / "html" / "api" / "relation.html").read_text("utf-8")
