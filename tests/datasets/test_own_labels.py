from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from rgrl.datasets.own import load_own


def partly_labelled(folder: Path, ending: str, known: int) -> Path:
    """Write a ring of 24 nodes of which some, each other one first, have a label."""
    y = np.full(24, -1)
    order = [*range(0, 24, 2), *range(1, 24, 2)][:known]
    y[order] = [i % 3 for i in order]
    ring = np.stack([np.arange(24), np.roll(np.arange(24), 1)])
    path = folder / f"ring{ending}"
    if ending == ".edgelist":
        path.write_text("".join(f"{a} {b}\n" for a, b in ring.T))
        cells = ["" if label < 0 else str(label) for label in y]
        (folder / "ring.features.csv").write_text(
            "id,label,a\n" + "".join(f"{i},{label},{i}\n" for i, label in enumerate(cells))
        )
    elif ending == ".safetensors":
        save_file({"x": torch.eye(24), "edge_index": torch.tensor(ring), "y": torch.tensor(y)}, path)
    elif ending == ".npz":
        np.savez(path, x=np.eye(24), edge_index=ring, y=y)
    return path


@pytest.mark.parametrize("ending", [".edgelist", ".safetensors", ".npz"])
def test_nodes_without_a_label_are_in_no_split(
    ending: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = partly_labelled(tmp_path, ending, 12)
    found = load_own(path)
    assert found.labels is not None
    assert found.labels.tolist() == [-1 if i % 2 else i % 3 for i in range(24)]
    assert (found.spec.num_classes, len(found.splits)) == (3, 20)
    for split in found.splits:
        everyone = np.concatenate([split.train, split.val, split.test])
        assert sorted(everyone.tolist()) == list(range(0, 24, 2))
    assert caplog.messages == [
        f"{path}: 12 of 24 nodes have no label (-1, or an empty cell); no split has them"
    ]


@pytest.mark.parametrize("ending", [".edgelist", ".safetensors", ".npz"])
def test_too_few_labelled_nodes_make_no_splits(
    ending: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = load_own(partly_labelled(tmp_path, ending, 9))
    assert found.splits == ()
    assert "15 of 24 nodes have no label (-1, or an empty cell); splits need 10 that have one" in caplog.text


@pytest.mark.parametrize("ending", [".edgelist", ".safetensors", ".npz"])
def test_a_graph_whose_labels_are_all_unknown_has_none(
    ending: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = load_own(partly_labelled(tmp_path, ending, 0))
    assert found.labels is None
    assert found.graph.y is None
    assert len(found.splits) == 20
    assert not caplog.records
