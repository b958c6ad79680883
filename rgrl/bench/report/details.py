"""What a page says of each result: how, where and of what it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rgrl.bench.published import PROBE_TITLES, SOURCES
from rgrl.bench.report.html import Html, element

#: Scores of a result that are in per cent, and what a reader calls them.
_SCORES = {
    "test_mean": "test, chosen by validation",
    "val_mean": "validation, chosen",
    "test_last_mean": "test, last update",
    "converged_test_mean": "converged probe",
    "converged_last_mean": "converged probe, last update",
    "untrained_mean": "untrained encoder",
    "raw_mean": "raw features",
}

_DEVIATIONS = {"test_std_splits": "splits", "test_std_seeds": "seeds"}

#: No machine has as many; a whole number of hundreds of digits would not even be divided.
_MOST_BYTES = 2**60


def run_details(title: str, result: Mapping[str, Any]) -> Html:
    """A result, folded: scores, command, time and memory, settings, data, environment."""
    hardware = _mapping(result, "hardware")
    seeds = f"{result['seeds']} of {result.get('seeds_asked', result['seeds'])}"
    facts = {
        "seeds": seeds,
        "updates": _of_runs(result, "last_update"),
        "chosen update": _of_runs(result, "best_update"),
        "ended by": _of_runs(result, "ended_by"),
        "seconds": _number(result.get("seconds"), ",.1f"),
        "seconds of each seed": _of_runs(result, "seconds", ",.1f"),
        "budget": "none" if result.get("budget_minutes") is None else f"{result['budget_minutes']} min",
        "peak memory": _mebibytes(result.get("peak_memory_bytes")),
        "parameters": _number(result.get("parameters"), ",d"),
        "machine": ", ".join(f"{name} {value}" for name, value in hardware.items()),
        "trained on": _origins(result),
        "config hash": result["config_hash"],
        "results schema": str(result["schema"]),
    }
    return element(
        "details",
        element("summary", title),
        element("h4", "Command"),
        element("pre", element("code", str(result.get("command", "not stored"))), tabindex="0"),
        element("h4", "Scores"),
        _scores(result),
        element("h4", "Run"),
        _terms({name: value for name, value in facts.items() if value}),
        element("h4", "Settings"),
        _terms(result["config"]) if result["config"] else element("p", "none"),
        element("h4", "Data"),
        _terms(result["fingerprint"]),
        element("h4", "Versions"),
        _terms({name: version or "not installed" for name, version in _mapping(result, "versions").items()}),
        class_="run",
    )


def _scores(result: Mapping[str, Any]) -> Html:
    if result["task"] != "classification":
        return _metrics(result["metrics"])
    scores = {
        title: _number(result.get(key), ".2f")
        for key, title in _SCORES.items()
        if result.get(key) is not None
    }
    deviations = [
        f"± {_number(result[key], '.2f')} over {what}"
        for key, what in _DEVIATIONS.items()
        if result[key] is not None
    ]
    scores[_SCORES["test_mean"]] += "".join(f" {each}" for each in deviations)
    if result["paper_mean"] is not None:
        source = SOURCES.get(str(result.get("paper_source")), "published")
        scores[f"published ({source})"] = _published(result)
    return _terms(scores)


def _published(result: Mapping[str, Any]) -> str:
    text = _number(result["paper_mean"], ".2f")
    if result["paper_gap"] is None:
        return text
    probe = PROBE_TITLES.get(str(result.get("paper_probe")), PROBE_TITLES["paper"])
    return f"{text}; ours {_number(result['paper_gap'], '+.2f')} ({probe})"


def _metrics(metrics: Mapping[str, Mapping[str, Any]]) -> Html:
    names = {"mean": "mean", "std_repetitions": "± repetitions", "std_seeds": "± seeds"}
    header = element("tr", *(element("th", name, scope="col") for name in ("metric", *names.values())))
    rows = [
        element(
            "tr",
            element("th", metric, scope="row"),
            *(element("td", _number(scores[name], ".4f") or "–") for name in names),
        )
        for metric, scores in metrics.items()
    ]
    table = element("table", element("thead", header), element("tbody", *rows))
    return element("div", table, class_="scroll", tabindex="0", role="region", aria_label="metrics")


def _terms(facts: Mapping[str, Any]) -> Html:
    pairs = (
        element("div", element("dt", str(name)), element("dd", _plain(value)))
        for name, value in facts.items()
    )
    return element("dl", *pairs)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _of_runs(result: Mapping[str, Any], name: str, form: str = "") -> str:
    values = [run.get(name) for run in result["runs"]]
    if all(value is None for value in values):
        return ""
    return ", ".join(
        "–" if value is None else _number(value, form) if form else str(value) for value in values
    )


def _origins(result: Mapping[str, Any]) -> str:
    """Where the seeds were trained, each place once."""
    made = [run["made_with"] for run in result["runs"] if isinstance(run.get("made_with"), dict)]
    return "; ".join(
        dict.fromkeys(", ".join(f"{name} {value}" for name, value in each.items()) for each in made)
    )


def _mapping(result: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = result.get(name)
    return found if isinstance(found, dict) else {}


def _mebibytes(value: Any) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    return f"{value / 2**20:,.0f} MiB" if 0 <= value < _MOST_BYTES else str(value)


def _number(value: Any, form: str) -> str:
    """A number as asked for; what is none as it is."""
    if value is None:
        return ""
    try:
        return format(value, form)
    except (TypeError, ValueError, OverflowError):
        return str(value)
