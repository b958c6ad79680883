from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from rgrl.kernels import launch as launching
from rgrl.kernels.launch import row_blocks, usable
from rgrl.kernels.prelu_rows import prelu_rows_


def test_usable_tensors():
    x = torch.zeros(3, 4)
    assert usable(x) and usable(x.bfloat16(), x.bfloat16())
    assert not usable(x, x.bfloat16())
    assert not usable(x.double())
    assert not usable(x.T)
    assert not usable(torch.zeros(3, 4, device="meta"))


def test_blocks_are_few_for_little_work_and_never_more_than_rows():
    assert row_blocks(0, 0) == 1
    assert row_blocks(10, 100) == 1
    assert row_blocks(3, 1 << 30) == 3


@pytest.mark.parametrize("openmp", [True, False])
def test_work_is_done_once_with_either_way_to_start_threads(monkeypatch, openmp):
    if not openmp:
        monkeypatch.setattr(launching, "_openmp", lambda: None)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    x = torch.full((5000, 64), -2.0)
    prelu_rows_(x, None, 0.5)
    assert torch.equal(x, torch.full((5000, 64), -1.0))


def test_two_threads_may_launch_at_once():
    tensors = [torch.full((4000, 64), -2.0) for _ in range(4)]

    def work(x: torch.Tensor) -> None:
        for _ in range(20):
            prelu_rows_(x, None, 0.5)

    workers = [threading.Thread(target=work, args=(x,)) for x in tensors]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for x in tensors:
        assert torch.allclose(x, torch.full((4000, 64), -2.0 * 0.5**20))


def test_code_compiled_of_older_sources_is_forgotten(tmp_path: Path):
    """numba keys its cache by the kernel's own file; a change beside it must count as well."""
    import rgrl

    copy = tmp_path / "rgrl"
    source = Path(rgrl.__file__).parent
    (copy / "kernels").mkdir(parents=True)
    (copy / "__init__.py").touch()
    for path in (source / "kernels").glob("*.py"):
        (copy / "kernels" / path.name).write_text(path.read_text())
    script = (
        "import torch; from rgrl.kernels.prelu_rows import prelu_rows_;"
        "x = torch.tensor([[-1.0]]); prelu_rows_(x, None, 0.5); print(x.item())"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", script]

    def answer() -> str:
        run = subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        )
        return run.stdout.strip()

    assert answer() == "-0.5"
    arithmetic = copy / "kernels" / "arithmetic.py"
    text = arithmetic.read_text()
    assert "row[j] = value\n" in text
    arithmetic.write_text(text.replace("row[j] = value\n", "row[j] = value * np.float32(3)\n"))
    second = subprocess.run(
        command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert second.stdout.strip() == "-1.5"


def test_tensors_without_memory_are_not_taken():
    from torch._subclasses.fake_tensor import FakeTensorMode

    from rgrl.kernels.launch import usable
    from rgrl.nn import l2_normalize

    assert usable(torch.ones(2, 2), torch.nn.Parameter(torch.ones(2, 2)))
    with FakeTensorMode():
        rows = torch.ones(4, 4)
        assert not usable(rows)
        assert l2_normalize(rows).shape == (4, 4)
