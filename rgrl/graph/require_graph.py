"""Graphs of other libraries where one of this package is needed."""

from __future__ import annotations

from typing import Any

from rgrl.errors import DataError
from rgrl.graph.graph import Graph


def require_graph(graph: Any) -> None:
    """Refuse what is no :class:`Graph`, and say how to get one.

    Raises:
        DataError: Names the library and the type.

    Example:
        >>> import networkx as nx
        >>> require_graph(nx.path_graph(2))
        Traceback (most recent call last):
        rgrl.errors.DataError: the graph is a networkx Graph: rgrl.as_graph makes an rgrl.Graph of it
    """
    if isinstance(graph, Graph):
        return
    library, name = type(graph).__module__.partition(".")[0], type(graph).__name__
    kind = f"a {name}" if library == "builtins" else f"a{'n' * (library == 'rgrl')} {library} {name}"
    inside = isinstance(getattr(graph, "graph", None), Graph)  # of a Dataset
    way = "its .graph is an rgrl.Graph" if inside else "rgrl.as_graph makes an rgrl.Graph of it"
    raise DataError(f"the graph is {kind}: {way}")
