from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

USE = """
import torch
from rgrl.kernels.code_cache import CACHE
from rgrl.kernels.normalize_rows import normalize_rows
from rgrl.graph.ppr import topk_ppr
from rgrl.graph import Graph

rows, out, length = torch.tensor([[3.0, 4.0]]), torch.empty(1, 2), torch.empty(1)
normalize_rows(rows, out, length)
topk_ppr(Graph.from_edge_index([[0, 1], [1, 0]], x=torch.eye(2)), k=1)
print(CACHE, float(length))
"""


NOWHERE = """
from numba.core import caching

caching.CacheImpl._locator_classes = []
"""


def run(before: str = "", **environment: str) -> str:
    found = subprocess.run(
        [sys.executable, "-c", before + USE],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


@pytest.mark.slow
def test_code_goes_where_it_is_told_to_and_is_made_anew_when_the_room_has_changed(tmp_path: Path) -> None:
    assert run(NUMBA_CACHE_DIR=str(tmp_path)) == "True 5.0"
    (mark,) = tmp_path.rglob("compiled-of")
    before = sorted(path.name for path in mark.parent.glob("*.nb[ic]"))
    assert before
    stale = mark.parent / "of-an-earlier-version.nbi"
    stale.touch()
    assert run(NUMBA_CACHE_DIR=str(tmp_path)) == "True 5.0"
    assert stale.exists(), "nothing has changed"
    mark.write_text("other sources")
    assert run(NUMBA_CACHE_DIR=str(tmp_path)) == "True 5.0"
    assert not stale.exists()
    assert sorted(path.name for path in mark.parent.glob("*.nb[ic]")) == before


@pytest.mark.slow
def test_without_any_place_for_it_code_is_compiled_and_not_kept() -> None:
    assert run(NOWHERE) == "False 5.0"
