"""The examples at the end of each command's help; a test runs them."""

from __future__ import annotations

from collections.abc import Mapping

#: By command; a command of a group by its whole name.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "list": ("rgrl-bench list",),
    "run": (
        "rgrl-bench run karate",
        "rgrl-bench run cora --seeds 3",
        "rgrl-bench run cora citeseer --methods rgrl,grace,raw --tasks classification,link",
        "rgrl-bench run digits --epochs 50 --set norm=layer --json",
    ),
    "embed": (
        "rgrl-bench embed karate --epochs 50 -o karate.csv",
        "rgrl-bench embed my_graph.edgelist --features degree -o vectors.csv",
    ),
    "image": ("rgrl-bench image digits", "rgrl-bench image digits --epochs 5 --seeds 3"),
    "compare": ("rgrl-bench compare results", "rgrl-bench compare results --format markdown"),
    "report": (
        "rgrl-bench report results",
        "rgrl-bench report results -o page.html --projection pca",
    ),
    "methods": ("rgrl-bench methods",),
    "tune": (
        "rgrl-bench tune karate --trials 8 --epochs 20",
        "rgrl-bench tune cora --trials 50",
        "rgrl-bench tune cora --trials 50 --method grace --storage sqlite:///grace.sqlite3",
    ),
    "doctor": ("rgrl-bench doctor", "rgrl-bench doctor --json"),
    "evaluate": ("rgrl-bench evaluate mine.npy --dataset karate",),
    "data fetch": ("rgrl-bench data fetch cora",),
    "data verify": ("rgrl-bench data verify cora",),
    "data where": ("rgrl-bench data where", "rgrl-bench data where cora citeseer"),
}


def epilog(command: str) -> str | None:
    """The lines for the end of a command's help, which keep their breaks."""
    examples = EXAMPLES.get(command, ())
    if not examples:
        return None
    title = "Example" if len(examples) == 1 else "Examples"
    return "\n".join(["\b", f"{title}:", *(f"  {example}" for example in examples)])
