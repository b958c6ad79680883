from __future__ import annotations

from pathlib import Path

import torch

from rgrl.datasets.fingerprint import fingerprint
from rgrl.datasets.own import load_own


def digest(folder: Path, names: list[str]) -> str:
    """Write a ring whose nodes have these names, and load it."""
    path = folder / "ring.edgelist"
    n = len(names)
    path.write_text("".join(f"{names[i]} {names[(i + 1) % n]}\n" for i in range(n)))
    rows = [f"{name},{i},{i * i}" for i, name in enumerate(names)]
    path.with_name("ring.features.csv").write_text("\n".join(["id,a,b", *rows]) + "\n")
    return load_own(path).fingerprint.digest


def test_other_names_are_another_graph_for_what_is_stored_of_it(tmp_path: Path) -> None:
    names = ["ann", "bob", "eve", "zoe"]
    found = {
        digest(tmp_path, each) for each in (names, ["ann", "bob", "eve", "joe"], ["an", "nbob", "eve", "zoe"])
    }
    assert len(found) == 3
    assert digest(tmp_path, names) in found


def test_numbers_as_names_leave_the_digest_as_it_is_without_names(tmp_path: Path) -> None:
    numbers = [str(i) for i in range(4)]
    path = tmp_path / "ring.edgelist"
    found = digest(tmp_path, numbers)
    graph = load_own(path).graph
    assert found == fingerprint(graph.features_as(torch.float32).numpy(), graph.edge_index.numpy()).digest
    assert digest(tmp_path, list(reversed(numbers))) != found
