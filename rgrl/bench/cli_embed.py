"""The command ``embed``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rgrl.bench.cli_options import Features, Root
from rgrl.bench.completion import dataset_names, method_names, presets


def embed(
    graph: Annotated[
        str,
        typer.Argument(
            help="A file of your own, or a name as in 'rgrl-bench list'.", autocompletion=dataset_names
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--output", "-o", help="Where to: a .csv, .parquet, .safetensors or .npy file."),
    ],
    method: Annotated[
        str,
        typer.Option(help="Method; 'rgrl-bench methods' lists them.", autocompletion=method_names),
    ] = "rgrl",
    features: Features = None,
    preset: Annotated[
        str | None,
        typer.Option(
            help="A preset's name, or a .toml file [default: METHOD-DATASET].", autocompletion=presets
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Updates, instead of the preset's.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting of the preset, as key=value; may be repeated."),
    ] = None,
    root: Root = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
) -> None:
    """Train on a graph and write a vector for each node, with the node's id; labels are not looked at."""
    from rgrl.bench.embed_command import embed_graph

    embed_graph(
        graph,
        out,
        method=method,
        features=features,
        preset=preset,
        epochs=epochs,
        seed=seed,
        settings=settings or [],
        root=root,
        device=device,
    )
