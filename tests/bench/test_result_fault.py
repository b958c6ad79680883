"""Each line of results is a result, or it is said what is wrong with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_results import GOOD, result

from rgrl.bench.result_fault import parsed_result

SOUND = result("rgrl", "cora", GOOD)
METRICS = {"nmi": {"mean": 0.5, "std_repetitions": None, "std_seeds": 0.1}}
CLUSTERS = SOUND | {"task": "clustering", "metrics": METRICS}


def said(value: Any) -> str:
    line = value if isinstance(value, bytes) else json.dumps(value).encode()
    found, fault = parsed_result(line)
    assert found is None
    return fault


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("sound", [SOUND, CLUSTERS, SOUND | {"config": {"a": nested(30)}}])
def test_what_is_sound_is_read_as_it_is(sound):
    line = json.dumps(sound)
    assert parsed_result(line.encode()) == (json.loads(line), "")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b'{"schema": ', "no JSON: Expecting value at character 12"),
        (b'{"test_mean": NaN}', "NaN is no number of JSON"),
        (b'{"test_mean": -Infinity}', "-Infinity is no number of JSON"),
        (b"[" * 10**5, "it is nested too deeply"),
        (b"9" * 5000, "Exceeds the limit"),
        (b'{"\xff": 1}', "can't decode byte 0xff"),
        (b"[1]", "it is [1]: an object is needed"),
    ],
)
def test_what_is_no_object_says_why(line, fault):
    assert fault in said(line)
    assert "\n" not in said(line)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"seeds": True}, "'seeds' is True: a whole number is needed"),
        ({"seeds": 0}, "'seeds' is 0: a whole number of at least 1 is needed"),
        ({"seeds": 10**400}, "'seeds' is 1000"),
        ({"seeds_asked": 1.5}, "'seeds_asked' is 1.5: a whole number of at least 1 is needed"),
        ({"schema": False}, "'schema' is False: a whole number is needed"),
        ({"clusters": "5"}, "'clusters' is '5': a whole number or null is needed"),
        ({"dataset": None}, "'dataset' is None: a text is needed"),
        ({"budget_minutes": True}, "'budget_minutes' is True: a number up to 1e+09 or null is needed"),
        ({"config": nested(100)}, "it is nested too deeply"),
        ({"fingerprint": {}}, "'fingerprint' has no 'digest'"),
        ({"runs": [1]}, "a run is 1: an object is needed"),
        ({"test_mean": 10**400}, "0: a number up to 1e+09 is needed"),
        ({"test_mean": 1e300}, "'test_mean' is 1e+300: a number up to 1e+09 is needed"),
        ({"test_mean": True}, "'test_mean' is True: a number"),
        ({"test_std_seeds": "x" * 300}, "xxx': a number up to 1e+09 or null is needed"),
        ({"paper_probe": [1]}, "'paper_probe' is [1]: one of paper, last, converged, or null, is needed"),
        ({"split_sizes": [1, 0, 8]}, "'split_sizes' is [1, 0, 8]: a list of three numbers above 0 is needed"),
        ({"runs": [{"test": [1.0, None]}]}, "'test' of a run is [1.0, None]: a list of numbers is needed"),
        ({"runs": [{"test": [1.0]}, {"test": []}]}, "'test' has another length in each run"),
        ({"converged_test_mean": 1.0}, "'converged_test_mean' is missing: a number up to 1e+09 for each run"),
        ({"task": "link", "metrics": None}, "'metrics' is None: an object is needed"),
        ({"task": "link", "metrics": {"auc": 1}}, "the metric 'auc' is 1: an object is needed"),
        ({"task": "link", "metrics": {"auc": {"mean": None}}}, "the metric 'auc': 'mean' is None: a number"),
        ({"task": "link", "metrics": {"auc": {"mean": 1}}}, "'std_repetitions' is missing: a number"),
    ],
)
def test_what_is_wrong_is_named_with_its_value_and_what_is_needed(change, fault):
    found = said(SOUND | change)
    assert fault in found
    assert len(found) < 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([SOUND, CLUSTERS]), st.dictionaries(st.sampled_from([*CLUSTERS]), JSON, max_size=2))
def test_whatever_a_line_holds_it_is_a_result_or_one_line_says_why(sound, change):
    found, fault = parsed_result(json.dumps(sound | change).encode())
    assert (found is None) == bool(fault)
    assert "\n" not in fault
