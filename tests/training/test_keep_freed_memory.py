from __future__ import annotations

import json
import platform
import subprocess
import sys

import pytest
import torch

from rgrl.relation.workspace import workspace
from rgrl.training.keep_freed_memory import keep_freed_memory

#: Share of new pages in a block of which several were freed before: outside, inside once, twice, once,
#: outside, and after an error; last, outside, in a block that the C library keeps by itself once it has met
#: its like. In a process of its own: what other tests left on the heap decides where a block goes.
MEASURE = """
import json, resource
import torch
from rgrl.training.keep_freed_memory import keep_freed_memory

def faults(size=32 << 20):
    seen = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        torch.ones(size, dtype=torch.uint8)
        seen.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return min(seen) * resource.getpagesize() / size

found = [faults()]
with keep_freed_memory():
    found.append(faults())
    with keep_freed_memory():
        found.append(faults())
    found.append(faults())
found.append(faults())
try:
    with keep_freed_memory():
        raise KeyError
except KeyError:
    found.append(faults())
print(json.dumps([*found, faults(1 << 20)]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="does nothing elsewhere")
def test_freed_pages_are_used_again_inside_only():
    printed = subprocess.run([sys.executable, "-c", MEASURE], check=True, capture_output=True, text=True)
    before, once, twice, once_again, after, after_error, small = json.loads(printed.stdout)
    assert max(once, twice, once_again, small) < 0.1
    assert min(before, after, after_error) > 0.9


@pytest.mark.parametrize("library", ["glibc", ""])
def test_workspaces_are_kept_under_any_library(monkeypatch, library):
    monkeypatch.setattr(platform, "libc_ver", lambda: (library, ""))
    with keep_freed_memory():
        with workspace((2, 3), torch.float32, torch.device("cpu")) as first:
            place = first.data_ptr()
        between = torch.empty(2, 3)
        with workspace((2, 3), torch.float32, torch.device("cpu")) as second:
            assert second.data_ptr() == place != between.data_ptr()
