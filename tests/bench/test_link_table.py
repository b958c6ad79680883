"""Link prediction in print: the test scores of each scorer, and no Hits@K of fewer than K negatives."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import torch
from rich.console import Console

from rgrl.bench.link import link_report
from rgrl.bench.link_table import link_table
from rgrl.datasets import load_dataset, split_edges
from rgrl.evaluate import link_prediction


def shown(result: dict[str, Any], width: int = 120) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(link_table(result))
    return console.file.getvalue().splitlines()


def stored(metrics: dict[str, Any], seeds: int) -> dict[str, Any]:
    return {
        "method": "rgrl",
        "dataset": "mine",
        "seeds": seeds,
        "metrics": metrics,
        "seconds": 1.0,
        "hardware": {"name": "a machine", "threads": 2},
        "peak_memory_bytes": 2**20,
        "parameters": 3,
        "config_hash": "c",
        "fingerprint": {"digest": "d"},
        "versions": {"rgrl": "1", "torch": "2", "torch-geometric": None},
    }


def scores(mean: float, std: float | None = None) -> dict[str, float | None]:
    return {"mean": mean, "std_repetitions": None, "std_seeds": std}


def test_a_row_has_the_test_scores_of_a_kind_and_scorer():
    metrics = {
        f"{part}{kind}/{scorer}/{metric}": scores(0.5 if part else at / 10, 0.01)
        for part in ("", "val/")
        for kind in ("random", "hard")
        for scorer in ("cosine", "dot", "hadamard")
        for at, metric in enumerate(("auc", "ap", "hits@10", "hits@50", "hits@100", "mrr"))
    }
    del metrics["hard/dot/hits@100"]
    metrics |= {
        "random/two_hops": scores(0.1),
        "hard/two_hops": scores(0.75),
        "val/hard/two_hops": scores(1.0),
    }
    lines = shown(stored(metrics, seeds=2))
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    full = [f"{value:.3f} ± 0.010" for value in (0.0, 0.1, 0.5, 0.2, 0.3, 0.4)]
    assert rows == [
        [kind, scorer, *([*full[:-1], "-"] if (kind, scorer) == ("hard", "dot") else full)]
        for kind in ("random", "hard")
        for scorer in ("cosine", "dot", "hadamard")
    ]
    assert "75 % of the hard ones two hops apart" in " ".join(lines)
    assert max(map(len, lines)) <= 120


def test_small_graphs_have_no_hits_of_more_than_their_negatives(bench, tmp_path):
    split = split_edges(load_dataset("karate").graph)
    embedding = torch.randn(34, 4, generator=torch.Generator().manual_seed(0))
    full, report = link_prediction(embedding, split), link_report(embedding, split)
    assert set(full.scores) - set(report.scores) == {name for name in full.scores if "hits@" in name}
    assert all(report.scores[name] == full.scores[name] for name in report.scores)
    run = ("run", "karate", "--methods", "raw", "--tasks", "link", "--out", tmp_path)
    code, out, _ = bench(*run)
    assert code == 0
    assert "Hits" not in out.replace("no Hits@K where there are fewer than K", "")
    metrics = json.loads((tmp_path / "results.jsonl").read_text())["metrics"]
    assert metrics
    assert not any("hits" in name for name in metrics)


@pytest.mark.parametrize(
    ("negatives", "expected"), [(9, []), (10, ["hits@10"]), (50, ["hits@10", "hits@50"])]
)
def test_hits_need_as_many_negatives_of_their_own_part(negatives, expected):
    from rgrl.bench import link

    class Split:
        class negatives_random:
            test = torch.empty(2, 200)
            val = torch.empty(2, 0)

        class negatives_hard:
            test = torch.empty(2, negatives)
            val = torch.empty(2, 200)

    def kept(part: str) -> list[str]:
        names = ("hits@10", "hits@50", "hits@100")
        return [name for name in names if link._says_something(f"{part}/dot/{name}", Split)]

    assert kept("hard") == expected
    assert kept("random") == kept("val/hard") == ["hits@10", "hits@50", "hits@100"]
    assert kept("val/random") == []
