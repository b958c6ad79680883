"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rgrl.bench.completion import dataset_names

Root = Annotated[
    Path | None,
    typer.Option(help="Folder with <dataset>/raw/<file>, searched first [default: the variable RGRL_DATA]."),
]
Features = Annotated[
    str | None,
    typer.Option(
        help="Of a graph of your own: degree, identity or positional, made of its edges, or its table "
        "[default: those of the file, or the table beside it]."
    ),
]
Names = Annotated[
    list[str] | None, typer.Argument(help="Names; all when left out.", autocompletion=dataset_names)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output and nothing else there.")]
Logs = Annotated[
    list[str] | None,
    typer.Option("--log", help="Log each seed's loss and scores: csv, tensorboard, wandb; may be repeated."),
]
