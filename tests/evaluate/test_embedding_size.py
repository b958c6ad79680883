from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgrl.datasets import npz
from rgrl.errors import DataError
from rgrl.evaluate import load_embeddings

VALUES = np.arange(12, dtype=np.float32).reshape(4, 3)


def test_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez_compressed(tmp_path / "e.npz", embeddings=np.zeros((100, 100)), more=VALUES)
    assert load_embeddings(tmp_path / "e.npz").values.shape == (100, 100)
    monkeypatch.setattr(npz, "MAX_ARRAY_BYTES", 1000)
    with pytest.raises(DataError, match=r"e\.npz unpacks to 80128 bytes; at most 1000 are accepted"):
        load_embeddings(tmp_path / "e.npz")
    np.savez(tmp_path / "e.npz", embeddings=VALUES, more=np.zeros((100, 100)))
    assert np.array_equal(load_embeddings(tmp_path / "e.npz").values, VALUES)
