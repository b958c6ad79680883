"""Running a compiled entry point on the threads that torch's own products run on."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

Argument = Tensor | int | float | None

_MOST_BLOCKS = 64
_CALL = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def usable(*tensors: Tensor) -> bool:
    """Whether kernels take these matrices: on the CPU, contiguous, all float32 or all bfloat16.

    Tensors of another class may have no memory, such as those by which torch's compiler traces a function.
    """
    dtype = tensors[0].dtype
    return (
        dtype in (torch.float32, torch.bfloat16)
        and not torch.compiler.is_compiling()
        and all(
            type(t) in (Tensor, Parameter)
            and t.dtype == dtype
            and t.ndim == 2
            and t.device.type == "cpu"
            and t.is_contiguous()
            for t in tensors
        )
    )


def expect(dtype: torch.dtype, shape: tuple[int, ...], *tensors: Tensor | None) -> None:
    """Make sure that a kernel will read what is there: it knows nothing but addresses.

    Raises:
        TypeError: If a tensor has another type or shape. It is a mistake of the caller's, and no user's.
    """
    for tensor in tensors:
        if tensor is not None and (tensor.dtype != dtype or tensor.shape != shape):
            raise TypeError(
                f"a kernel was given {tensor.dtype} {list(tensor.shape)} where it reads {dtype} {list(shape)}"
            )


def launch(entry: Any, arguments: Sequence[Argument], *, blocks: int) -> None:
    """Run ``entry`` once on every thread; each takes blocks until none is left.

    A pool of threads of our own would fight with OpenMP's, which wait by spinning, for the same cores. So the
    call goes to the OpenMP library that torch has loaded, and costs microseconds.

    Args:
        entry: A numba ``cfunc`` with the signature :data:`rgrl.kernels.slots.ENTRY`.
        arguments: Contiguous tensors on the CPU with one or two dimensions (three slots), ``None`` (a tensor
            that is not there: three zeros) and numbers and flags (one slot).
        blocks: How many blocks the work has; what a block is, is between caller and entry.
    """
    slots = [0, blocks]
    for argument in arguments:
        if isinstance(argument, Tensor):
            if not argument.is_contiguous() or argument.device.type != "cpu":
                raise TypeError("a kernel was given a tensor that is not contiguous on the CPU")
            shape = argument.shape
            slots += (argument.data_ptr(), shape[0], shape[1] if len(shape) == 2 else 1)
        elif argument is None:
            slots += (0, 0, 0)
        elif isinstance(argument, float):
            slots.append(struct.unpack("q", struct.pack("d", argument))[0])
        elif isinstance(argument, int):
            slots.append(argument)
        else:
            raise TypeError(f"a kernel was given a {type(argument).__name__} for a number")
    packed = (ctypes.c_int64 * len(slots))(*slots)
    _start(entry, ctypes.addressof(packed), min(torch.get_num_threads(), blocks))


def shares_threads() -> bool:
    """Whether kernels run on the threads of torch's own OpenMP library; elsewhere on a pool of their own."""
    return _openmp() is not None


def row_blocks(rows: int, entries: int) -> int:
    """How many blocks to cut rows into: enough to spread them, none with less than some microseconds' work.

    It depends on the sizes alone, so that sums by block are the same for any number of threads.

    Args:
        rows: Rows, at least 0.
        entries: Numbers that the whole work touches.
    """
    return max(1, min(rows, _MOST_BLOCKS, entries >> 14))


def _start(entry: Any, slots: int, threads: int) -> None:
    if threads > 1 and (parallel := _openmp()) is not None:
        parallel(entry.address, slots, threads, 0)
        return
    call = _CALL(entry.address)
    if threads <= 1:
        call(slots)
        return
    with ThreadPoolExecutor(threads) as pool:  # ctypes lets other threads run during a call
        list(pool.map(call, [slots] * threads))


@cache
def _openmp() -> Any:
    """``GOMP_parallel`` of the library in torch's folder; ``None`` where torch was built with another."""
    for path in (Path(torch.__file__).parent / "lib").glob("libgomp*.so*"):
        parallel = ctypes.CDLL(str(path)).GOMP_parallel
        parallel.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint]
        parallel.restype = None
        return parallel
    return None
