from __future__ import annotations

import json

import numpy as np
import pytest

from rgrl.evaluate import ProbeReport


def test_std_is_unbiased() -> None:
    report = ProbeReport(val=(80.0, 84.0, 85.0), test=(79.0, 81.0, 70.0))
    assert report.val_mean == pytest.approx(83.0)
    assert report.test_std == pytest.approx(np.std([79, 81, 70], ddof=1))
    assert report.val_std == pytest.approx(np.std([80, 84, 85], ddof=1))


def test_single_split_has_no_std() -> None:
    report = ProbeReport(val=(50.0,), test=(60.0,))
    assert report.val_std is None
    assert report.test_std is None
    assert str(report) == "test 60.00, validation 50.00 (1 split)"


def test_dictionary_survives_json() -> None:
    report = ProbeReport(val=(80.0, 84.0), test=(79.0, 81.0))
    assert json.loads(json.dumps(report.to_dict())) == {
        "val_mean": 82.0,
        "val_std": pytest.approx(8**0.5),
        "test_mean": 80.0,
        "test_std": pytest.approx(2**0.5),
        "val": [80.0, 84.0],
        "test": [79.0, 81.0],
    }


@pytest.mark.parametrize(("val", "test"), [((), ()), ((1.0,), (1.0, 2.0))])
def test_empty_or_uneven_is_refused(val: tuple[float, ...], test: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        ProbeReport(val=val, test=test)
