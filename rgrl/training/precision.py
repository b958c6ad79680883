"""In which precision the large products of an update run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal, cast, get_args

import torch

from rgrl.errors import ConfigError

Precision = Literal["fp32", "bf16"]

logger = logging.getLogger(__name__)


def settled_precision(precision: str, device: torch.device) -> Precision:
    """Return the precision that is meant: ``"auto"`` is bfloat16 on a CPU that multiplies it in hardware.

    Raises:
        ConfigError: If it is none of ``"auto"``, ``"fp32"`` and ``"bf16"``.
    """
    if precision == "auto":
        return "bf16" if device.type == "cpu" and has_native_bf16() else "fp32"
    if precision not in get_args(Precision):
        accepted = ", ".join(map(repr, ("auto", *get_args(Precision))))
        raise ConfigError(f"precision is {precision!r}: accepted are {accepted}")
    if precision == "bf16" and device.type == "cpu" and not has_native_bf16():
        logger.warning("this processor has no bfloat16 products: precision 'bf16' is slow here")
    return cast("Precision", precision)


def has_native_bf16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; elsewhere that is slower than float32."""
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(probe()) if probe is not None else False


@contextmanager
def products(precision: Precision, device: torch.device) -> Iterator[None]:
    """Run the products inside in a precision.

    ``"bf16"`` is torch's autocast: operands of products and activations are bfloat16; softmax, divergence,
    sums, parameters and the optimiser stay float32. ``"fp32"`` is full float32, by the
    faster of the two libraries that torch has for it on a CPU; on a GPU convolutions are kept from TF32,
    which torch allows them by default, and products are as torch's own setting for them says.

    Args:
        precision: ``"fp32"`` or ``"bf16"``.
        device: Where the products run.
    """
    if precision == "bf16":
        # Within autocast of the caller's, torch would keep the copies of weights that a step has moved since.
        torch.clear_autocast_cache()
        try:
            with torch.autocast(device.type, dtype=torch.bfloat16):
                yield
        finally:
            torch.clear_autocast_cache()
        return
    with torch.autocast(device.type, enabled=False):  # of the caller's
        if device.type == "cuda":
            with _changed(*_convolutions()):
                yield
        elif device.type == "cpu" and _onednn_is_exact():
            with _changed(torch.backends.mkldnn.matmul, "fp32_precision", "bf16"):  # type: ignore[attr-defined]
                yield
        else:
            yield


#: How many are inside of :func:`_changed`, and what the setting was before the first; by owner and name.
_CHANGES: dict[tuple[int, str], tuple[int, Any]] = {}
_CHANGING = threading.Lock()


@contextmanager
def _changed(setting: Any, name: str, value: Any) -> Iterator[None]:
    """Change a setting of the process; of several threads inside the last one puts it back."""
    key = id(setting), name
    with _CHANGING:
        users, before = _CHANGES.get(key, (0, getattr(setting, name)))
        _CHANGES[key] = users + 1, before
        setattr(setting, name, value)
    try:
        yield
    finally:
        with _CHANGING:
            users, before = _CHANGES.pop(key)
            if users > 1:
                _CHANGES[key] = users - 1, before
            else:
                setattr(setting, name, before)


def _convolutions() -> tuple[Any, str, Any]:
    """The setting by which cuDNN's convolutions are full float32, which they are not by default."""
    own = getattr(torch.backends.cudnn, "conv", None)
    if hasattr(own, "fp32_precision"):
        return own, "fp32_precision", "ieee"
    return torch.backends.cudnn, "allow_tf32", False


@cache
def _onednn_is_exact() -> bool:
    """Whether oneDNN, when it is allowed to use bfloat16 inside, multiplies float32 in full all the same.

    Torch sends float32 products to MKL unless lower precision is allowed; oneDNN then makes use of that only
    where the processor has units for it (AMX). Elsewhere its kernels are plain float32, and a tenth faster
    than MKL's on processors that MKL was not written for. So the allowance is given where a product shows
    that nothing is lost.
    """
    setting = getattr(torch.backends.mkldnn, "matmul", None)
    if setting is None or not has_native_bf16() or not hasattr(setting, "fp32_precision"):
        return False
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(256, 256, generator=generator), torch.randn(256, 256, generator=generator)
    exact = a.double() @ b.double()
    before = setting.fp32_precision
    try:
        setting.fp32_precision = "bf16"
        error = float((a @ b - exact).abs().max())
    except (RuntimeError, AttributeError):
        return False
    finally:
        setting.fp32_precision = before
    logger.debug("largest error of oneDNN's float32 product: %.2g", error)
    return error < 1e-3  # bfloat16 operands would give 0.1, float32 ones give 1e-4
