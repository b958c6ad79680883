from __future__ import annotations

from pathlib import Path

import pytest

from rgrl.datasets.edge_files import read_edges, read_named_edges

NODES = {"ann": 0, "bob": 1, "eve": 2}
BOTH_WAYS = [[0, 1, 1, 2], [1, 0, 2, 1]]


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "names",
    [
        "source,target",
        "SRC,Dst",
        "from, to",
        "node1,node2",
        "Node_1,Node_2",
        "id1,id2",
        "u,v",
        "target,source",
    ],
)
def test_a_line_of_names_is_no_edge(names: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path / "g.csv", f"{names}\nann,bob\nbob,eve\n")
    assert read_edges(path, NODES).tolist() == BOTH_WAYS
    assert set(read_named_edges(path)[0]) == set(NODES)
    assert not caplog.records


def test_names_that_are_nodes_below_are_an_edge(tmp_path: Path) -> None:
    ids, edges = read_named_edges(write(tmp_path / "g.csv", "u,v\nv,w\n"))
    assert ids == ("u", "v", "w")
    assert edges.tolist() == BOTH_WAYS
    assert read_named_edges(write(tmp_path / "h.csv", "u,v,2\nx,y,1\n"))[0] == ("u", "v", "x", "y")


def test_warns_of_a_first_line_that_may_be_names(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path / "g.csv", "person_a,person_b\nann,bob\nbob,eve\n")
    assert len(read_named_edges(path)[0]) == 5
    assert caplog.messages == [
        f"{path}: line 1 'person_a,person_b' is read as an edge, though its ids stand in no other line; "
        "if it names the columns, call them source and target"
    ]


@pytest.mark.parametrize("text", ["ann,bob\n", "ann,bob\neve,bob\n", "ann,bob,1\neve,dan,1\n"])
def test_first_lines_that_are_edges_need_no_warning(
    text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read_named_edges(write(tmp_path / "g.csv", text))
    assert not caplog.records


def test_nodes_of_a_table_need_no_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path / "g.csv", "ann,bob\neve,eve\n")
    assert read_edges(path, NODES).tolist() == [[0, 1], [1, 0]]
    assert not caplog.records


@pytest.mark.parametrize(("ending", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_columns_beside_source_target_and_weight_are_left_alone(
    ending: str, separator: str, tmp_path: Path
) -> None:
    rows = [
        "Id,Source,Target,Type,Label,Weight",
        "0,ann,bob,Directed,,2.0",
        "1,bob,eve,Undirected,friends,1.0",
        "2,ann,eve,Directed,,0",
    ]
    text = "".join(f"{row}\n".replace(",", separator) for row in rows)
    assert read_edges(write(tmp_path / f"g{ending}", text), NODES).tolist() == BOTH_WAYS
