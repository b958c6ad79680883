"""Results as they are read."""

from __future__ import annotations

from made_up_results import result, store

from rgrl.bench.stored_results import read_results


def test_no_control_character_comes_out_of_a_file(tmp_path, bench):
    bad = "\x1b[2Jgr\x9bace\ud800"
    first = result("grace", "cora", [1.0, 2.0]) | {"method": bad, "command": "rm\n\x07"}
    second = result("grace", "cora", [1.0, 2.0]) | {"dataset": "co\x1b]0;ra", "config": {"\x1b[31m": "\x1b"}}
    folder = store(tmp_path / "results", first, second, result("rgrl", "köln 東京", [3.0, 4.0]))
    found = read_results(folder / "results.jsonl")
    assert [each["method"] for each in found] == ["\ufffd[2Jgr\ufffdace\ufffd", "grace", "rgrl"]
    assert found[1]["config"] == {"\ufffd[31m": "\ufffd"}
    assert found[2]["dataset"] == "köln 東京"
    for form in ("markdown", "csv", "latex", "terminal"):
        code, out, err = bench("compare", folder, "--format", form)
        assert code == 0, err
        assert not set("\x1b\x07\x9b\ud800") & set(out + err)
