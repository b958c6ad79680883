"""The commands that train: ``run``, ``image``, ``tune``; heavy modules are imported where used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rgrl.bench.cli_options import Features, Json, Logs, Root
from rgrl.bench.completion import dataset_names, datasets_or_all, method_names, presets


def run(
    datasets: Annotated[
        list[str],
        typer.Argument(
            help="Names as in 'rgrl-bench list', 'all' for the fourteen, or files of your own.",
            autocompletion=datasets_or_all,
        ),
    ],
    preset: Annotated[
        str | None,
        typer.Option(
            help="A preset's name, or a .toml file [default: METHOD-DATASET].", autocompletion=presets
        ),
    ] = None,
    methods: Annotated[
        str,
        typer.Option(
            help="Methods, separated by commas; 'rgrl-bench methods' lists them.", autocompletion=method_names
        ),
    ] = "rgrl",
    tasks: Annotated[
        str,
        typer.Option(
            help="Of classification, clustering, similarity, few-shot, link, multiplex; with commas."
        ),
    ] = "classification",
    epochs: Annotated[int | None, typer.Option(help="Updates, instead of the preset's.")] = None,
    seeds: Annotated[int, typer.Option(help="Pre-training seeds 0 to N-1.")] = 1,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting of the preset, as key=value; may be repeated."),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Runs at a time, each in a process with its share of cores.")] = 1,
    budget: Annotated[
        float | None, typer.Option(help="Minutes after which a seed's training ends, evaluations included.")
    ] = None,
    public_split: Annotated[
        bool, typer.Option("--public-split", help="Use the split published with the files.")
    ] = False,
    clusters: Annotated[
        int | None,
        typer.Option(help="Clusters of the clustering task [default: the classes, 10 without labels]."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Train and evaluate anew what is stored already.")
    ] = False,
    log: Logs = None,
    root: Root = None,
    features: Features = None,
    out: Annotated[Path, typer.Option(help="Folder for results.jsonl and embeddings.")] = Path("results"),
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
    json: Json = False,
) -> None:
    """Train methods on datasets and evaluate them, by the paper's protocol and on other tasks.

    A result that is stored is not computed again, and a run that was stopped goes on with the seeds that are
    missing.
    """
    from rgrl.bench.commands import run_datasets

    run_datasets(
        datasets,
        methods=_names(methods),
        tasks=_names(tasks),
        preset=preset,
        epochs=epochs,
        seeds=seeds,
        settings=settings or [],
        jobs=jobs,
        budget=budget,
        public_split=public_split,
        clusters=clusters,
        again=again,
        logs=_names(",".join(log or [])),
        root=root,
        features=features,
        out=out,
        device=device,
        as_json=json,
    )


def image(
    source: Annotated[
        str,
        typer.Argument(
            help="digits, cifar10, cifar100, cifar10-jpeg, or a path: an .npz, CIFAR's files, or a folder."
        ),
    ],
    preset: Annotated[
        str | None,
        typer.Option(help="A preset's name, or a .toml file [default: ressl-SET or ressl-default]."),
    ] = None,
    tasks: Annotated[
        str, typer.Option(help="Of image-classification, clustering; with commas.")
    ] = "image-classification",
    epochs: Annotated[int | None, typer.Option(help="Epochs, instead of the preset's.")] = None,
    seeds: Annotated[int, typer.Option(help="Pre-training seeds 0 to N-1.")] = 1,
    width: Annotated[
        int | None, typer.Option(help="Channels of ResNet-18's first stage; the published one has 64.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting of the preset, as key=value; may be repeated."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="Edge to which the images of a folder are brought.")
    ] = None,
    corrupt: Annotated[
        str, typer.Option(help="What to do with a folder's unreadable images: refuse or skip.")
    ] = "refuse",
    again: Annotated[
        bool, typer.Option("--again", help="Train and evaluate anew what is stored already.")
    ] = False,
    log: Logs = None,
    root: Root = None,
    out: Annotated[Path, typer.Option(help="Folder for results.jsonl and embeddings.")] = Path("results"),
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
    json: Json = False,
) -> None:
    """Train ReSSL on images and evaluate it: kNN, a linear classifier, clusters.

    A result that is stored is not computed again, and a run that was stopped goes on with the seeds that are
    missing.
    """
    from rgrl.bench.image_command import run_images

    run_images(
        source,
        preset=preset,
        tasks=_names(tasks),
        epochs=epochs,
        seeds=seeds,
        width=width,
        settings=settings or [],
        size=size,
        corrupt=corrupt,
        again=again,
        logs=_names(",".join(log or [])),
        root=root,
        out=out,
        device=device,
        as_json=json,
    )


def tune(
    dataset: Annotated[
        str,
        typer.Argument(
            help="A name as in 'rgrl-bench list', or a file of your own.", autocompletion=dataset_names
        ),
    ],
    trials: Annotated[int, typer.Option(help="Trials in all, those of earlier runs included.")],
    method: Annotated[
        str,
        typer.Option(help="Method to tune; 'rgrl-bench methods' lists them.", autocompletion=method_names),
    ] = "rgrl",
    preset: Annotated[
        str | None,
        typer.Option(
            help="Where to start: a preset's name, or a .toml file [default: METHOD-DATASET].",
            autocompletion=presets,
        ),
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Updates of a trial, instead of the preset's.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is drawn, and of each trial's training.")] = 0,
    storage: Annotated[
        str | None,
        typer.Option(help="URL of a database, to which many machines may add [default: OUT/tune.sqlite3]."),
    ] = None,
    public_split: Annotated[
        bool, typer.Option("--public-split", help="Use the split published with the files.")
    ] = False,
    root: Root = None,
    features: Features = None,
    out: Annotated[Path, typer.Option(help="Folder for the preset and the trials.")] = Path("results"),
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
) -> None:
    """Search a method's settings on a dataset, by validation accuracy, and write the best as a preset.

    The first trial is the dataset's preset. A search that was stopped goes on where it was. No test score is
    looked at: 'rgrl-bench run' with the preset gives it.
    """
    from rgrl.bench.tune_command import tune_dataset

    tune_dataset(
        dataset,
        method=method,
        trials=trials,
        preset=preset,
        epochs=epochs,
        seed=seed,
        storage=storage,
        public_split=public_split,
        root=root,
        features=features,
        out=out,
        device=device,
    )


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
