from __future__ import annotations

import json

import pytest
from made_up_results import result

from rgrl.bench.report.training import trainings_of
from rgrl.errors import DataError


def seeded(**changes):
    return {**result("rgrl", "cora", [1.0, 2.0]), "runs": [{"seed": 0, "test": [1.0, 2.0]}], **changes}


METRICS = {"metrics": {"auc": {"mean": 0.5, "std_repetitions": None, "std_seeds": None}}}


def test_tasks_of_one_embedding_are_one_training_and_links_another():
    found = trainings_of([seeded(), seeded(task="clustering", **METRICS), seeded(task="link", **METRICS)])
    assert [(str(each), len(each.results)) for each in found] == [
        ("rgrl on cora", 2),
        ("rgrl on cora, trained for links", 1),
    ]


def test_a_curve_comes_from_the_result_or_from_the_record_of_this_graph(tmp_path):
    in_result = {"seed": 0, "test": [1.0, 2.0], "curve": {"update": [0, 1]}}
    (found,) = trainings_of([seeded(runs=[in_result])])
    assert found.record([tmp_path], 0) == in_result
    (found,) = trainings_of([seeded(task="link", **METRICS)])
    assert found.record([tmp_path], 0) is None
    (tmp_path / "seeds").mkdir()
    file = tmp_path / "seeds" / f"cora-rgrl-{seeded()['config_hash']}-link-seed0.json"
    for digest, curve in (("cora", {"curve": {"update": [0, 1]}}), ("another", {}), ("cora", {})):
        record = {"seed": 0, "digest": digest, **curve}
        file.write_text(json.dumps(record))
        assert found.record([tmp_path], 0) == (record if digest == "cora" and curve else None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "it is damaged or cut short"),
        ("[" * 10**5, "it is damaged or cut short"),
        ("[]", "it is \\[\\]"),
        ('{"digest": "cora", "curve": {}}', "its seed is missing: a whole number is needed"),
        ('{"seed": "0", "digest": "cora"}', "its seed is '0': a whole number is needed"),
        ('{"seed": 0, "digest": "cora", "curve": {"update": ["a"]}}', "are not all numbers: entry 0 is 'a'"),
    ],
)
def test_a_record_that_is_damaged_is_named_with_the_reason(tmp_path, content, reason):
    (tmp_path / "seeds").mkdir()
    file = tmp_path / "seeds" / f"cora-rgrl-{seeded()['config_hash']}-seed0.json"
    file.write_text(content)
    (found,) = trainings_of([seeded()])
    with pytest.raises(DataError, match=f"{file}: no curve of seed 0: .*{reason}"):
        found.record([tmp_path], 0)


def test_no_name_leads_out_of_the_folder(tmp_path):
    (found,) = trainings_of([seeded(dataset="../../etc/x")])
    assert found.file([tmp_path], "embeddings", 0, "safetensors") is None
