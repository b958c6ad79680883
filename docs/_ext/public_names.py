"""Cross-references by any path of a public name: ``rgrl.train``, ``rgrl.graph.graph.Graph`` lead to its room.

A name in code type, such as `rgrl.train`, is a link too. ``{top-level}`` lists what ``rgrl`` itself offers.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

import rgrl

_KINDS = ("class", "func", "meth", "attr", "data", "exc", "obj", "mod")


def public_homes() -> dict[str, str]:
    """Where each public name is described, by the path of its definition and by the shorter ``rgrl.NAME``."""
    homes: dict[str, str] = {}
    for module in pkgutil.walk_packages(rgrl.__path__, "rgrl."):
        if not module.ispkg:
            continue
        room = importlib.import_module(module.name)
        if hasattr(room, "__all__"):
            homes[module.name] = module.name
        for name in getattr(room, "__all__", ()):
            home, value = f"{module.name}.{name}", getattr(room, name)
            homes[home] = home
            homes.setdefault(name, home)
            homes[f"{getattr(value, '__module__', module.name)}.{name}"] = home
            if name in rgrl.__all__:
                homes[f"rgrl.{name}"] = home
    return homes


def _resolve(app: Any, env: Any, node: addnodes.pending_xref, text: nodes.Node) -> nodes.Node | None:
    if node.get("refdomain") != "py":
        return None
    homes = env.app.public_homes
    target = node["reftarget"]
    owner, _, member = target.rpartition(".")
    home = homes.get(target) or (f"{homes[owner]}.{member}" if owner in homes else None)
    if home is None:
        return None
    domain = env.get_domain("py")
    kind = node["reftype"] if node["reftype"] in _KINDS else "obj"
    for role in (kind, "obj"):
        found = domain.resolve_xref(env, node["refdoc"], app.builder, role, home, node, text)
        if found is not None:
            return found
    return None


def _link_names(app: Any, doctree: nodes.document) -> None:
    """Make a link of each public name in code type, so that pages are plain Markdown."""
    homes = app.public_homes
    for literal in list(doctree.findall(nodes.literal)):
        home = homes.get(literal.astext()) if literal.astext().startswith("rgrl.") else None
        if home is None or isinstance(literal.parent, (nodes.reference, addnodes.pending_xref)):
            continue
        link = addnodes.pending_xref("", refdomain="py", reftype="obj", reftarget=home, refexplicit=True)
        literal.replace_self(link)
        link += literal


class TopLevel(SphinxDirective):
    """The names of ``rgrl``; one that belongs to no room is described in full."""

    def run(self) -> list[nodes.Node]:
        """Build the list from ``rgrl.__all__``."""
        lines, homes = [], self.env.app.public_homes
        for name in sorted(set(rgrl.__all__) - {"__version__"}):
            value = getattr(rgrl, name)
            if home := homes.get(f"rgrl.{name}"):
                summary = (inspect.getdoc(value) or "").partition("\n")[0]
                lines += [f"- {{py:obj}}`~{home}`: {summary}"]
            else:
                kind = "class" if inspect.isclass(value) else "function"
                lines += ["", "```{eval-rst}", f".. auto{kind}:: rgrl.{name}", "```", ""]
        holder = nodes.Element()
        self.state.nested_parse(StringList(lines, source=self.env.docname), 0, holder)
        return holder.children


def setup(app: Any) -> dict[str, Any]:
    """Look up what Sphinx itself does not find."""
    app.public_homes = public_homes()
    app.connect("missing-reference", _resolve)
    app.connect("doctree-read", _link_names)
    app.add_directive("top-level", TopLevel)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
