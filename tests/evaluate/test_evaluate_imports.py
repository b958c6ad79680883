from __future__ import annotations

import subprocess
import sys


def test_import_is_cheap_and_knows_nothing_of_methods() -> None:
    code = "import sys, rgrl.evaluate; print('\\n'.join(sys.modules))"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.split()
    )
    assert "rgrl.evaluate.linear_probe" in loaded
    forbidden = {"sklearn", "torch_geometric", "numba", "networkx", "ogb", "pandas"}
    forbidden |= {"rgrl.methods", "rgrl.training", "rgrl.bench"}
    assert not loaded & forbidden
