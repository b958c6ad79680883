from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rgrl.datasets.edge_files import EDGE_ENDINGS, read_edges, read_named_edges
from rgrl.errors import DataError

NODES = {"ann": 0, "bob": 1, "eve": 2}


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@hypothesis_settings(max_examples=30)
@given(
    st.integers(1, 6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12),
    st.sampled_from(EDGE_ENDINGS),
    st.integers(0, 2**31),
)
def test_every_form_holds_the_same_edges(
    tmp_path_factory: pytest.TempPathFactory, n: int, ends: list, ending: str, seed: int
) -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(f"n{i}" for i in range(n))
    graph.add_edges_from((f"n{a % n}", f"n{b % n}") for a, b in ends)
    path = tmp_path_factory.mktemp("own") / f"graph{ending}"
    if ending == ".graphml":
        nx.write_graphml(graph, path)
    elif ending == ".csv":
        path.write_text("source,target\n" + "".join(f"{a},{b}\n" for a, b in graph.edges()))
    elif ending == ".tsv":
        path.write_text("Source\tTarget\n" + "".join(f"{a}\t{b}\n" for a, b in graph.edges()))
    elif ending == ".edgelist":
        nx.write_edgelist(graph, path)  # a dictionary behind each edge
    else:
        path.write_text("# two columns\n\n" + "".join(f"{a}\t{b}  # an edge\n" for a, b in graph.edges()))
    order = np.random.default_rng(seed).permutation(n)
    node_of = {f"n{i}": int(order[i]) for i in range(n)}
    expected = {(node_of[a], node_of[b]) for u, v in graph.edges() for a, b in ((u, v), (v, u)) if a != b}
    found = read_edges(path, node_of)
    assert found.dtype == np.int64
    assert found.shape == (2, len(expected))
    assert list(zip(*found.tolist(), strict=True)) == sorted(expected)


def test_a_header_is_no_edge_unless_there_are_such_nodes(tmp_path: Path) -> None:
    path = write(tmp_path / "g.csv", "From, To\nann,bob\n")
    assert read_edges(path, NODES).tolist() == [[0, 1], [1, 0]]
    assert read_edges(write(path, "from,to\n"), {"from": 0, "to": 1}).shape == (2, 2)
    with pytest.raises(DataError, match="line 1: node 'a' has no row"):
        read_edges(write(path, "a,b\nann,bob\n"), NODES)


GRAPHML = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    '<graph edgedefault="directed">{}</graph></graphml>'
)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("g.txt", "ann bob\nann zed\n", "line 2: node 'zed' has no row in the feature table"),
        ("g.txt", "ann\n", "line 1 has 1 columns; two or three are expected"),
        ("g.edgelist", "ann bob 0.5 1\n", "line 1 has 4 columns; two or three are expected"),
        ("g.edgelist", "ann bob friend\n", "line 1: the third column is 'friend'; a weight is a number"),
        ("g.edgelist", "ann bob -1\n", "the edge .*'ann', 'bob'.* has the weight -1.0: finite numbers"),
        ("g.edgelist", "ann bob nan\n", "has the weight nan"),
        ("g.edgelist", "ann bob {'weight': 'much'}\n", "has the weight 'much'"),
        ("g.edgelist", "ann bob {'weight'\n", "line 1: .* is no dictionary of attributes"),
        ("g.txt", "ann,bob\n", "line 1 has 1 columns"),
        ("g.txt", b"\xff\xfe\xfa", r"line 1 is not in UTF-8 \(byte 0xff\); save it as UTF-8"),
        ("g.csv", b"ann,bob\nbob,j\xfcrg\n", r"line 2 is not in UTF-8 \(byte 0xfc\); save it as UTF-8"),
        ("g.csv", "ann,bob,1,2\n", "line 1 has 4 columns; two or three are expected"),
        ("g.csv", "a,b,kind\nann,bob,1\n", "line 1: the third column is 'kind'; a weight is a number"),
        ("g.csv", "from,to,0.5\nann,bob,1\n", "line 1: node 'from' has no row"),
        (
            "g.csv",
            "Source,Target,Weight\nann,bob,x\n",
            "line 2: column 'Weight' is 'x'; a weight is a number",
        ),
        ("g.csv", "Source,Target,Weight\nann,bob\n", "line 2 has 2 columns; line 1 names 3"),
        ("g.csv", "ann,bob,1,2\n", "more, below a line that names source and target"),
        ("g.tsv", "ann bob\n", "line 1 has 1 columns"),
        ("g.csv", "ann,\n", "line 1: a node has no id"),
        ("g.csv", "ann;bob\n", "line 1 has 1 columns"),
        ("g.csv", "ann,bob\n\nbob,zed\n", "line 3: node 'zed'"),
        ("g.csv", '"ann,bob\n', "unexpected end of data"),
        ("g.graphml", "<graphml", "damaged or no GraphML file"),
        ("g.graphml", "", "damaged or no GraphML file"),
        ("g.graphml", GRAPHML.format('<node id="zed"/>'), "node 'zed' has no row"),
        ("g.graphml", GRAPHML.format('<edge source="ann" target="zed"/>'), "node 'zed' has no row"),
    ],
)
def test_refuses_other_files(name: str, text: str | bytes, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"{name}: .*{complaint}"):
        read_edges(write(tmp_path / name, text), NODES)


@pytest.mark.parametrize("ending", EDGE_ENDINGS)
def test_an_edge_of_weight_0_is_none_and_others_are_left_out(
    ending: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    weighted = nx.Graph()
    weighted.add_weighted_edges_from([("ann", "bob", 2.5), ("bob", "eve", 0), ("ann", "eve", 1)])
    path = tmp_path / f"g{ending}"
    if ending == ".graphml":
        nx.write_graphml(weighted, path)
    elif ending == ".csv":
        rows = "".join(f"{a},{b},{w}\n" for a, b, w in weighted.edges(data="weight"))
        path.write_text(f"source,target,weight\n{rows}")
    elif ending == ".tsv":
        path.write_text("".join(f"{a}\t{b}\t{w}\n" for a, b, w in weighted.edges(data="weight")))
    elif ending == ".txt":
        nx.write_weighted_edgelist(weighted, path)
    else:
        nx.write_edgelist(weighted, path)
    assert read_edges(path, NODES).T.tolist() == [[0, 1], [0, 2], [1, 0], [2, 0]]
    assert caplog.messages == [f"{path}: edge weights are not used; edges of weight 0 left out: 1"]


def test_weights_of_1_need_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path / "g.txt", "ann bob 1\nbob eve {'weight': 1.0, 'since': 'long'}\n")
    assert read_edges(path, NODES).shape == (2, 4)
    assert not caplog.messages


def test_without_a_table_nodes_are_those_of_the_edges(tmp_path: Path) -> None:
    ids, edges = read_named_edges(write(tmp_path / "g.csv", "source,target\nzoe,bob\nbob,ann\n"))
    assert ids == ("zoe", "bob", "ann")
    assert edges.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    lonely = nx.path_graph(["b", "a"])
    lonely.add_node("c")
    nx.write_graphml(lonely, tmp_path / "g.graphml")
    assert read_named_edges(tmp_path / "g.graphml")[0] == ("b", "a", "c")
    with pytest.raises(DataError, match=r"g\.txt has no node: at least one edge is needed"):
        read_named_edges(write(tmp_path / "g.txt", "# nothing\n"))
