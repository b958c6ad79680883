"""ReSSL on images: the relation part, and a whole update, against the straightforward step.

    python benchmarks/image_step.py                        # queues of 16,384 and 131,072, rows of 128 and 512
    python benchmarks/image_step.py --parts relation --precision fp32 bf16 --json
    python benchmarks/image_step.py --out benchmarks/results/image_step.jsonl

``relation``: loss, gradient and enqueue of this package, of ``image_reference.py``, and the three matrix
products alone, each by the faster of the libraries at hand. ``rise_bytes`` is what the peak of resident
memory rose above rows and queue, which were there before. ``update``: a whole update with a ResNet-18 of a
quarter of the width on 32 x 32 pixels, and how much of it the views take.

All are timed in turns, each in a process of its own. Figures are medians over the turns, ratios medians of
the turns' ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from children import append
from worker import Worker

from rgrl.bench.environment import hardware, versions


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--parts", choices=["relation", "update"], nargs="+", default=["relation", "update"])
    parser.add_argument("--queues", type=int, nargs="+", default=[16_384, 131_072])
    parser.add_argument("--widths", type=int, nargs="+", default=[128, 512])
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--backbone", type=int, default=16, help="width of ResNet-18 in an update")
    parser.add_argument(
        "--precision", choices=["fp32", "bf16"], nargs="+", default=["fp32"], help="the reference's is fp32"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=7, help="turns")
    parser.add_argument("--json", action="store_true", help="one JSON object a line and nothing else")
    parser.add_argument("--out", type=Path, help="file to append the objects to")
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        sys.exit(f"error: --repeats is {arguments.repeats}: at least 1 is needed")
    for row in measured(arguments):
        print(json.dumps(row) if arguments.json else described(row), flush=True)
        append(arguments.out, row)
    row = {"hardware": hardware(arguments.device), "versions": versions()}
    print(json.dumps(row), flush=True)
    append(arguments.out, row)


def measured(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """A row for each part, size and precision."""
    for precision in arguments.precision:
        shared = {"batch": arguments.batch, "precision": precision, "device": arguments.device}
        if "relation" in arguments.parts:
            for queue in arguments.queues:
                for width in arguments.widths:
                    sizes = {"queue": queue, "width": width, **shared}
                    yield relation_row(sizes, arguments.repeats)
        if "update" in arguments.parts:
            yield update_row({"width": arguments.backbone, **shared}, arguments.repeats)


def relation_row(sizes: dict[str, Any], repeats: int) -> dict[str, Any]:
    """The relation part at one size."""
    turns, rises = in_turns("relation", ("package", "reference", "products"), sizes, repeats)
    floors = [floor(turn["products"]) for turn in turns]
    ours, theirs = ([turn[which] for turn in turns] for which in ("package", "reference"))
    return {
        "benchmark": "image_step",
        "part": "relation",
        **sizes,
        "ms": statistics.median(ours),
        "products_ms": statistics.median(floors),
        "vs_products": median_ratio(ours, floors),
        "reference_ms": statistics.median(theirs),
        "vs_reference": median_ratio(theirs, ours),
        "queue_bytes": 4 * sizes["queue"] * sizes["width"],
        "rise_bytes": rises["package"],
        "reference_rise_bytes": rises["reference"],
        "repeats": repeats,
    }


def update_row(sizes: dict[str, Any], repeats: int) -> dict[str, Any]:
    """A whole update."""
    turns, _ = in_turns("update", ("package", "reference"), sizes, repeats)
    ours, theirs = ([turn[which]["ms"] for turn in turns] for which in ("package", "reference"))
    views = [turn["package"]["views_ms"] for turn in turns]
    return {
        "benchmark": "image_step",
        "part": "update",
        **sizes,
        "ms": statistics.median(ours),
        "views_ms": statistics.median(views),
        "views_share": median_ratio(views, ours),
        "reference_ms": statistics.median(theirs),
        "vs_reference": median_ratio(theirs, ours),
        "repeats": repeats,
    }


def in_turns(
    part: str, names: tuple[str, ...], sizes: dict[str, Any], repeats: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What each process measured in each turn, and by how much its memory rose."""
    options = [text for name, value in sizes.items() for text in (f"--{name}", str(value))]
    workers = {name: Worker("image_step_worker.py", [part, name, *options]) for name in names}
    turns = [{name: worker.measure() for name, worker in workers.items()} for _ in range(repeats)]
    return turns, {name: worker.finish() for name, worker in workers.items()}


def floor(products: dict[str, dict[str, float]]) -> float:
    """Two products for the similarities and one for the gradient, in milliseconds."""
    return 2 * min(products["similarities"].values()) + min(products["gradient"].values())


def median_ratio(above: list[float], below: list[float]) -> float:
    """Of the turns."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def described(row: dict[str, Any]) -> str:
    """One result for people."""
    if row["part"] == "update":
        return (
            f"update, width {row['width']}, batch {row['batch']} ({row['precision']}): {row['ms']:.0f} ms, "
            f"views {100 * row['views_share']:.0f} % of it; {row['vs_reference']:.2f} times faster than the "
            f"reference's {row['reference_ms']:.0f} ms"
        )
    rises = [
        "?" if row[name] is None else f"{row[name] / 1e6:.0f}"
        for name in ("rise_bytes", "reference_rise_bytes")
    ]
    return (
        f"queue {row['queue']} x {row['width']}, batch {row['batch']} ({row['precision']}): "
        f"{row['ms']:.1f} ms, {row['vs_products']:.2f} times its products' {row['products_ms']:.1f} ms;\n  "
        f"{row['vs_reference']:.2f} times faster than the reference's {row['reference_ms']:.1f} ms; "
        f"memory rises by {rises[0]} MB, the reference's by {rises[1]} MB, "
        f"the queue has {row['queue_bytes'] / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
