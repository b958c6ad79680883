"""The ``rgrl-bench`` command; heavy modules are imported where used, so ``--help`` answers at once."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from rgrl.bench.completion import dataset_names, datasets_or_all, method_names, presets
from rgrl.bench.examples import epilog
from rgrl.bench.stderr_handler import StderrHandler
from rgrl.errors import RGRLError

#: Turns of a waiting OpenMP thread before it sleeps, about a tenth of a millisecond.
SPIN_COUNT = "10000"

app = typer.Typer(
    name="rgrl-bench",
    help="Train and evaluate relational self-supervised learning on graphs and images.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(help="Fetch, check and find the datasets' raw files.")
app.add_typer(data_app, name="data")

Root = Annotated[
    Path | None,
    typer.Option(help="Folder with <dataset>/raw/<file>, searched first [default: the variable RGRL_DATA]."),
]
Names = Annotated[
    list[str] | None, typer.Argument(help="Names; all when left out.", autocompletion=dataset_names)
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output and nothing else there.")]


@app.callback(invoke_without_command=True)
def _global_options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens.")] = False,
) -> None:
    if version:
        from rgrl import __version__

        print(f"rgrl {__version__}")
        raise typer.Exit
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(name)s: %(message)s",
        handlers=[StderrHandler()],
    )
    _help_without_command(context)


@data_app.callback(invoke_without_command=True)
def _data_options(context: typer.Context) -> None:
    _help_without_command(context)


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(2)


@app.command("list")
def list_(root: Root = None) -> None:
    """List the datasets: size, task, where they come from, whether they are on disk."""
    from rgrl.bench.commands import list_datasets

    list_datasets(root)


@app.command()
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
    again: Annotated[
        bool, typer.Option("--again", help="Train and evaluate anew what is stored already.")
    ] = False,
    log: Annotated[
        list[str] | None,
        typer.Option(help="Log each seed's loss and scores: csv, tensorboard, wandb; may be repeated."),
    ] = None,
    root: Root = None,
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
        again=again,
        logs=_names(",".join(log or [])),
        root=root,
        out=out,
        device=device,
        as_json=json,
    )


@app.command()
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
        root=root,
        out=out,
        device=device,
        as_json=json,
    )


@app.command()
def compare(
    results: Annotated[list[Path], typer.Argument(help="Folders of results, or results.jsonl files.")],
    task: Annotated[str, typer.Option(help="Task to compare.")] = "classification",
    metric: Annotated[str | None, typer.Option(help="Metric of the task [default: its first].")] = None,
    form: Annotated[str, typer.Option("--format", help="terminal, markdown, csv or latex.")] = "terminal",
) -> None:
    """Compare methods over datasets: means and deviations, ranks, a paired test, the published numbers."""
    from rgrl.bench.compare import compare_results

    compare_results(results, task=task, metric=metric, form=form)


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="Folders of results, or results.jsonl files.")],
    out: Annotated[Path, typer.Option("--output", "-o", help="The page.")] = Path("report.html"),
    title: Annotated[str, typer.Option(help="Title of the page.")] = "Results of rgrl-bench",
    maps: Annotated[bool, typer.Option(help="Draw the embeddings that are on disk.")] = True,
    projection: Annotated[str, typer.Option(help="How to draw them: tsne, umap or pca.")] = "tsne",
    root: Root = None,
) -> None:
    """Make one HTML page of stored results: tables, training curves, embedding maps, every run's details.

    The page needs no network and no other file.
    """
    from rgrl.bench.commands import progress_display
    from rgrl.bench.report.write_report import write_report

    with progress_display() as observer:
        shown = write_report(
            results, out, title=title, maps=maps, projection=projection, root=root, observer=observer
        )
    print(f"stored in {out}: {shown} result{'s' * (shown != 1)}, {out.stat().st_size / 1e6:.1f} MB")


@app.command()
def methods() -> None:
    """List the methods and, for each, the datasets for which the package has settings of its own."""
    from rgrl.bench.commands import list_methods

    list_methods()


@app.command()
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
        out=out,
        device=device,
    )


@app.command()
def evaluate(
    embeddings: Annotated[
        Path, typer.Argument(help="A .npy, .npz, .safetensors or .pt file of tensors, [N, d].")
    ],
    dataset: Annotated[
        str,
        typer.Option(
            help="Dataset, or file of your own, whose nodes these are.", autocompletion=dataset_names
        ),
    ],
    root: Root = None,
    json: Json = False,
) -> None:
    """Evaluate any method's embeddings by the same probes and splits."""
    from rgrl.bench.commands import evaluate_embeddings

    evaluate_embeddings(embeddings, dataset=dataset, root=root, as_json=json)


@app.command()
def doctor(root: Root = None, json: Json = False) -> None:
    """Look at the installation: versions, cores, compiled kernels, cache, data, what is missing for what.

    The exit code is 2 when something that every command needs does not work.
    """
    from rgrl.bench.doctor import doctor as examine

    examine(root, as_json=json)


@data_app.command()
def fetch(
    datasets: Annotated[
        list[str], typer.Argument(help="Names as in 'rgrl-bench list'.", autocompletion=dataset_names)
    ],
    root: Root = None,
) -> None:
    """Bring raw files to disk, from the official address or a mirror."""
    from rgrl.bench.data_commands import fetch_files

    fetch_files(datasets, root)


@data_app.command()
def verify(
    datasets: Names = None,
    root: Root = None,
) -> None:
    """Check the raw files on disk against their published SHA-256."""
    from rgrl.bench.data_commands import verify_files

    verify_files(datasets or [], root)


@data_app.command()
def where(
    datasets: Names = None,
    root: Root = None,
) -> None:
    """Say where each raw file lies, or where it can be had."""
    from rgrl.bench.data_commands import locate_files

    locate_files(datasets or [], root)


def _add_examples(group: typer.Typer, before: str = "") -> None:
    for command in group.registered_commands:
        name = command.name or getattr(command.callback, "__name__", None)
        command.epilog = epilog(f"{before}{name}")


_add_examples(app)
_add_examples(data_app, "data ")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def main() -> None:
    """Run the command; what a user can mend ends with one line and exit code 2, an interruption with 130."""
    # Waiting threads of OpenMP spin by default; beside another busy process that made a run ten times slower,
    # and alone a short spin costs nothing. It must be set before torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
    try:
        code = app(standalone_mode=False) or 0
    except RGRLError as error:
        code = _refused(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except Exception as error:
        # typer's own refusals, such as a wrong type; which module they are from depends on its version
        reason = getattr(error, "format_message", None)
        if reason is None:
            raise
        code = _refused(reason())
    if code == 130:  # some versions of typer turn an interruption into this code, and say nothing
        print("interrupted", file=sys.stderr)
    sys.exit(code)


def _refused(reason: str) -> int:
    print(f"error: {' '.join(reason.split())}", file=sys.stderr)
    return 2
