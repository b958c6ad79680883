from __future__ import annotations

import json

from made_up_results import result

from rgrl.bench.report.training import trainings_of


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
    assert found.records([tmp_path]) == [in_result]
    (found,) = trainings_of([seeded(task="link", **METRICS)])
    assert found.records([tmp_path]) == []
    (tmp_path / "seeds").mkdir()
    file = tmp_path / "seeds" / f"cora-rgrl-{seeded()['config_hash']}-link-seed0.json"
    for content, count in (
        ({"seed": 0, "digest": "cora", "curve": {}}, 1),
        ({"seed": 0, "digest": "another", "curve": {}}, 0),
        ([], 0),
    ):
        file.write_text(json.dumps(content))
        assert len(found.records([tmp_path])) == count
    file.write_text("{")
    assert found.records([tmp_path]) == []


def test_no_name_leads_out_of_the_folder(tmp_path):
    (found,) = trainings_of([seeded(dataset="../../etc/x")])
    assert found.file([tmp_path], "embeddings", 0, "safetensors") is None
