"""What ``embed`` writes, ``evaluate`` reads."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

QUICK = ("--set", "layers=[8, 4]", "--epochs", 2)


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of edges between names, and a table with their classes, in an order of its own."""
    monkeypatch.chdir(tmp_path)
    graph = nx.connected_caveman_graph(4, 10)
    Path("people.csv").write_text("".join(f"p{a},p{b}\n" for a, b in graph.edges))
    order = np.random.default_rng(0).permutation(40).tolist()
    rows = [f"p{node},{node % 7},{node // 10},{'ab'[node // 20]}\n" for node in order]
    Path("people.features.csv").write_text("id,first,second,label\n" + "".join(rows))
    return Path("people.csv")


@pytest.mark.parametrize("ending", ["csv", "parquet", "safetensors"])
def test_what_embed_writes_is_evaluated_in_any_order_of_rows(bench, people, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    for name in ("v.npy", f"v.{ending}"):
        assert bench("embed", people, *QUICK, "-o", name)[0] == 0
    if ending == "csv":
        header, *rows = Path("v.csv").read_text().splitlines()
        Path("v.csv").write_text("\n".join([header, *sorted(rows)]) + "\n")
    plain, table = (
        json.loads(bench("evaluate", name, "--dataset", people, "--json")[1])
        for name in ("v.npy", f"v.{ending}")
    )
    assert plain["test_mean"] == table["test_mean"]
    assert (plain["nodes_matched"], plain["fingerprint_checked"]) == (False, False)
    assert (table["nodes_matched"], table["fingerprint_checked"]) == (True, False)


def test_vectors_of_another_graph_are_refused(bench, refused, people):
    for name in ("v.csv", "v.safetensors"):
        assert bench("embed", people, *QUICK, "-o", name)[0] == 0
    Path("people.features.csv").rename("others.features.csv")
    Path("others.csv").write_text(people.read_text().replace("p0,p2\n", ""))
    # The same nodes, be there other edges or labels by now, are the nodes that were embedded.
    assert bench("evaluate", "v.safetensors", "--dataset", "others.csv")[0] == 0
    with Path("others.features.csv").open("a") as file:
        file.write("eve,1,2,a\n")
    for name in ("v.csv", "v.safetensors"):
        said = refused(bench("evaluate", name, "--dataset", "others.csv"))
        assert f"{name} has no row for 1 of the graph's 41 nodes, the first is 'eve'" in said
    said = refused(bench("evaluate", "v.csv", "--dataset", "karate"))
    assert "v.csv has no row for 34 of the graph's 34 nodes, the first is '0'" in said


def test_a_dataset_without_ids_has_numbers(bench, tmp_path, caplog):
    assert bench("embed", "karate", "--epochs", 1, "-o", tmp_path / "v.csv")[0] == 0
    code, out, _ = bench("evaluate", tmp_path / "v.csv", "--dataset", "karate", "--json")
    assert code == 0
    assert json.loads(out)["nodes_matched"]
    assert "canonical order" not in caplog.text
