from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from rgrl.errors import OutputError
from rgrl.estimator import write_embedding
from rgrl.evaluate import save_embeddings
from rgrl.write_whole import write_whole

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")


@pytest.fixture(params=[0o022, 0o002, 0o077], ids=oct)
def mode(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield 0o666 & ~request.param
    os.umask(before)


def test_files_have_the_mode_that_new_files_have(tmp_path: Path, mode: int) -> None:
    values = torch.ones(2, 2)
    save_embeddings(tmp_path / "saved.safetensors", values)
    write_embedding(tmp_path / "written.safetensors", values)
    write_embedding(tmp_path / "written.npy", values)
    with write_whole(tmp_path / "whole.txt") as temporary:
        temporary.write_text("all")
    with write_whole(tmp_path / "tensors") as temporary:
        save_file({"x": values}, temporary)
    found = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert found == dict.fromkeys(found, mode)
    assert len(found) == 5


def test_nothing_is_written_where_the_folder_does_not_exist(tmp_path: Path) -> None:
    began = []
    with pytest.raises(OutputError, match="No such file"), write_whole(tmp_path / "absent" / "a"):
        began.append(1)
    assert not began
