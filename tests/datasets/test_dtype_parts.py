from __future__ import annotations

import numpy as np
import pytest

from rgrl.datasets.dtype_parts import DtypeParts


@pytest.mark.parametrize("name", ["?", "i1", "u1", "<i2", ">i4", "<u8", "f2", ">f4", "<f8", "O", "S3", "<U5"])
def test_becomes_the_type_that_numpy_pickled(name: str) -> None:
    expected = np.dtype(name)
    _, given, state = expected.__reduce__()  # type: ignore[misc]
    parts = DtypeParts(*given)
    parts.__setstate__(state)
    assert parts.to_dtype() == expected


@pytest.mark.parametrize(
    "code", ["V8", "c8", "M8", "f4,f4", "O4", "i3", "f16", "(2,)f4", "", None, {"names": ["a"]}]
)
def test_refuses_every_other_type(code: object) -> None:
    with pytest.raises(ValueError, match="array of type"):
        DtypeParts(code).to_dtype()
